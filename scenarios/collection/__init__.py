"""Household waste: where it stands, and which truck collects what when."""
