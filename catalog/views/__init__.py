"""Pages of the catalog."""

from catalog.views.census import system, systems
from catalog.views.drafts import compare, drafts, send, send_many, timeline
from catalog.views.entry import entry
from catalog.views.listing import entry_list
from catalog.views.quality import quality, quality_export, quality_list
from catalog.views.reviews import review, review_list, review_many
from catalog.views.saved import change, delete, follow, save, saved_list, saved_search
from catalog.views.suggesting import code_options, suggestions

__all__ = [
    "change",
    "code_options",
    "compare",
    "delete",
    "drafts",
    "entry",
    "entry_list",
    "follow",
    "quality",
    "quality_export",
    "quality_list",
    "review",
    "review_list",
    "review_many",
    "save",
    "saved_list",
    "saved_search",
    "send",
    "send_many",
    "suggestions",
    "system",
    "systems",
    "timeline",
]
