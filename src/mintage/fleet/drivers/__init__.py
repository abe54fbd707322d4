"""Drivers: one folder per make of machine, all behind one port, all under one contract suite."""
