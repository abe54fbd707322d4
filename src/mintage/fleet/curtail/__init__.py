"""Curtailment: shedding load on purpose, bringing it back, and proving what was delivered."""
