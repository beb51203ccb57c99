"""Search in Chinese: tokens, index rows, queries, facets."""
