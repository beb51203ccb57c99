"""Pulls: one run of fetching, checking, masking, packaging and publishing what a grant allows."""
