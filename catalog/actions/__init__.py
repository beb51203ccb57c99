"""What can be done to the catalog: verbs, each in one transaction with ledger and search row."""

from catalog.actions.attaching import Location, attach, attachment_faults
from catalog.actions.drafts import create_draft, finish_draft, revise, save_draft
from catalog.actions.faults import publication_faults
from catalog.actions.following import (
    change_search,
    delete_search,
    follow_entry,
    save_search,
    tell_followers,
    unfollow_entry,
)
from catalog.actions.publishing import content_digest, publish, set_visibility, withdraw
from catalog.actions.rights import forbid, permit
from catalog.actions.synonyms import remove_synonyms, save_synonyms

__all__ = [
    "Location",
    "attach",
    "attachment_faults",
    "change_search",
    "content_digest",
    "create_draft",
    "delete_search",
    "finish_draft",
    "follow_entry",
    "forbid",
    "permit",
    "publication_faults",
    "publish",
    "remove_synonyms",
    "revise",
    "save_draft",
    "save_search",
    "save_synonyms",
    "set_visibility",
    "tell_followers",
    "unfollow_entry",
    "withdraw",
]
