"""What the covering models share: merged rows, linear programs, local search, bounds."""
