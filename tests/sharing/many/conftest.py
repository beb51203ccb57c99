"""Browsers without a screen for the persons of the world."""

from tests.sharing.pages.conftest import enter

__all__ = ["enter"]
