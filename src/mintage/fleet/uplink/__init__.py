"""From a site to headquarters: a durable outbox, the way there, and the receiver."""
