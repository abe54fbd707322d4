"""The books: the company's overhead and opening balances, the close, the statements and the KPIs."""
