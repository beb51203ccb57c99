"""Pages of the catalog."""

from catalog.views.entry import entry
from catalog.views.listing import entry_list
from catalog.views.saved import change, delete, follow, save, saved_list, saved_search
from catalog.views.suggesting import suggestions

__all__ = [
    "change",
    "delete",
    "entry",
    "entry_list",
    "follow",
    "save",
    "saved_list",
    "saved_search",
    "suggestions",
]
