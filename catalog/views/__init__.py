"""Pages of the catalog."""

from catalog.views.drafts import compare, drafts, send, send_many, timeline
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
    "send_many",
    "timeline",
]
