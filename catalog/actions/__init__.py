"""What can be done to the catalog: verbs, each in one transaction with ledger and search row."""

from catalog.actions.attaching import Location, attach, attachment_faults
from catalog.actions.bulk import NewDraft, check_draft, create_drafts
from catalog.actions.drafts import create_draft, finish_draft, revise, save_draft
from catalog.actions.faults import content_faults, publication_faults
from catalog.actions.publishing import content_digest, publish, set_visibility, withdraw
from catalog.actions.rights import forbid, permit

__all__ = [
    "Location",
    "NewDraft",
    "attach",
    "attachment_faults",
    "check_draft",
    "content_digest",
    "content_faults",
    "create_draft",
    "create_drafts",
    "finish_draft",
    "forbid",
    "permit",
    "publication_faults",
    "publish",
    "revise",
    "save_draft",
    "set_visibility",
    "withdraw",
]
