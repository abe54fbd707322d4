"""Desk: what the pages and the API ask, answered once for both; one module per page."""
