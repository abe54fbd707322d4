"""People: who works with the console and the API, what each may do, and what each did."""
