"""Regions, departments, officials, posts and substitutions."""
