"""Arc routing: which streets a vehicle serves, in which order and direction."""
