"""The report of a period: one HTML file that needs nothing beside it, no script and no network."""
