"""Pages of the catalog."""

from catalog.views.census import system, systems
from catalog.views.entry import entry
from catalog.views.listing import entry_list

__all__ = ["entry", "entry_list", "system", "systems"]
