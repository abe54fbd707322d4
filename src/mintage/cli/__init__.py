"""The command line: one verb group per room, tables for people, JSON for programs."""
