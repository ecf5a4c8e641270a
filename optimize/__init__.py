"""Decisions: where (location), in what order (routing), who and when (rosters)."""
