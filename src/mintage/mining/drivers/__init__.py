"""Reading what pools state of an account: through their HTTP APIs, or from CSV statements."""
