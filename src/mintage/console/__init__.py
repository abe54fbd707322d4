"""Console: the desk's answers as pages in two languages."""
