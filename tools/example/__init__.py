"""Writes the fact files of the example company: one module per topic, numbers as tables at its top."""
