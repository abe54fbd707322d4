"""What is printed: figures tied out to the books, and the two languages to each other."""
