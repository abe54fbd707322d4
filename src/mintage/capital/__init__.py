"""Capital: preferred shares, ADS issued and repurchased, and what the depositary bank reimburses."""
