"""Telemetry of machines: written as Parquet, compacted, rolled up, kept within a disk budget, and asked."""
