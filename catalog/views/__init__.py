"""Pages of the catalog."""

from catalog.views.entry import entry
from catalog.views.listing import entry_list
from catalog.views.suggesting import suggestions

__all__ = ["entry", "entry_list", "suggestions"]
