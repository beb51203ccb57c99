"""Pages of the catalog."""

from catalog.views.census import system, systems
from catalog.views.drafts import compare, drafts, send, timeline
from catalog.views.entry import entry
from catalog.views.listing import entry_list
from catalog.views.reviews import review, review_list, review_many

__all__ = [
    "compare",
    "drafts",
    "entry",
    "entry_list",
    "review",
    "review_list",
    "review_many",
    "send",
    "system",
    "systems",
    "timeline",
]
