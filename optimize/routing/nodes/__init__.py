"""Node routing: which stops a truck serves, in which order, and where and when it unloads."""
