"""The agent of a site: finds machines, polls them, keeps what they say, and runs the parts that act on it."""
