"""A board of all machines of many sites in columns, for pages: it sorts, filters and counts 100,000 in milliseconds."""
