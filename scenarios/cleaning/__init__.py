"""Street cleaning in a scenario: the [cleaning] table, and how it is made ready and run."""
