"""Decisions: where (placement), in what order (routes), who and when (rosters)."""
