"""Daily: the truth of a UTC day at a site, from machines, pool, chain and meters to facts in the journal."""
