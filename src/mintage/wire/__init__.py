"""Wire: reading from and serving to the network, always with a limit and a deadline."""
