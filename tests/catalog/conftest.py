"""Fixtures of the catalog tests."""

from tests.world import world

__all__ = ["world"]
