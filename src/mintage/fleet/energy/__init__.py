"""Energy of a site: meters over Modbus, tariffs, what power costs, heat sold, and which machines to run at a price."""
