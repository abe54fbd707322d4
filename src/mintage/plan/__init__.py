"""Plan: futures on many paths, booked by the same rules as the past."""
