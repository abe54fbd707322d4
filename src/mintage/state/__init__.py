"""State: small files of tables that outlive crashes; a site's agent and the console keep what is no fact in them."""
