"""Pages of sharing: applying, following, deciding, receiving."""
