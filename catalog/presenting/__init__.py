"""Turning facts of the catalog into what pages show."""
