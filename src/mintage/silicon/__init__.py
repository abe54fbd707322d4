"""Silicon: wafers on order and in stock, chips sorted into bins, and what a wafer yields."""
