"""Doing things to machines: who may, on which, what came of it."""
