"""The parts of the judge of placements, one file for each way in which points are served."""
