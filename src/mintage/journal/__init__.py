"""The journal: typed facts, posting rules, lots, balances and periods in an append-only, hash-chained store."""
