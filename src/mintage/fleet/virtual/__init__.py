"""Virtual machines: Avalons on loopback addresses that answer as real ones do, with faults on demand."""
