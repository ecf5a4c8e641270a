"""Waste in a scenario: the [waste] table, and how it is made ready and run."""
