"""Mintage: a vertically integrated Bitcoin miner on one ledger, from wafer to treasury."""

__version__ = "0.1.0"
