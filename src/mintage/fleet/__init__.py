"""Fleet: machines in self-mining, from the plant to the rack to retirement, and the hash rate that they bring."""
