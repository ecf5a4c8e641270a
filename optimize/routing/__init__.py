"""In what order: routes over streets."""
