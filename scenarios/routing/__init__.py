"""From a scenario's [routes.NAME] tables to routes on its streets, checked and written."""
