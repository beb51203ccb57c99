"""Browsers without a screen for the persons of the world."""

from tests.sharing.api.conftest import call
from tests.sharing.pages.conftest import enter

__all__ = ["call", "enter"]
