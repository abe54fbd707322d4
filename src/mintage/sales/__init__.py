"""Sales: orders, deposits in money and in bitcoin, deliveries and payments."""
