"""What can be done to the catalog: verbs, each in one transaction with ledger and search row."""

from catalog.actions.attaching import Location, attach, attachment_faults
from catalog.actions.bulk import NewDraft, check_draft, create_drafts
from catalog.actions.census import save_system
from catalog.actions.comparing import compare_all, compare_source
from catalog.actions.drafts import (
    create_draft,
    finish_draft,
    is_under_review,
    revise,
    save_draft,
)
from catalog.actions.drift import can_be_taken, note_drift, take_drift_over
from catalog.actions.faults import content_faults, entered_faults, publication_faults
from catalog.actions.following import (
    change_search,
    delete_search,
    follow_entry,
    save_search,
    tell_followers,
    unfollow_entry,
)
from catalog.actions.proposing import Acceptance, Place, accept_proposal
from catalog.actions.publishing import content_digest, publish, set_visibility
from catalog.actions.reviewing import (
    MOST_AT_ONCE,
    Outcome,
    Sending,
    available_commands,
    execute,
    execute_many,
    send,
    sending_faults,
)
from catalog.actions.rights import forbid, permit, permit_many
from catalog.actions.synonyms import remove_synonyms, save_synonyms
from catalog.actions.timed import publish_due, recompute_deadlines
from catalog.actions.withdrawing import withdraw

__all__ = [
    "MOST_AT_ONCE",
    "Acceptance",
    "Location",
    "NewDraft",
    "Outcome",
    "Place",
    "Sending",
    "accept_proposal",
    "attach",
    "attachment_faults",
    "available_commands",
    "can_be_taken",
    "change_search",
    "check_draft",
    "compare_all",
    "compare_source",
    "content_digest",
    "content_faults",
    "create_draft",
    "create_drafts",
    "delete_search",
    "entered_faults",
    "execute",
    "execute_many",
    "finish_draft",
    "follow_entry",
    "forbid",
    "is_under_review",
    "note_drift",
    "permit",
    "permit_many",
    "publication_faults",
    "publish",
    "publish_due",
    "recompute_deadlines",
    "remove_synonyms",
    "revise",
    "save_draft",
    "save_search",
    "save_synonyms",
    "save_system",
    "send",
    "sending_faults",
    "set_visibility",
    "take_drift_over",
    "tell_followers",
    "unfollow_entry",
    "withdraw",
]
