"""What can be done to the catalog: verbs, each in one transaction with ledger and search row."""

from catalog.actions.attaching import Location, attach, attachment_faults
from catalog.actions.drafts import (
    create_draft,
    finish_draft,
    is_under_review,
    revise,
    save_draft,
)
from catalog.actions.faults import content_faults, publication_faults
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
from catalog.actions.rights import forbid, permit
from catalog.actions.timed import publish_due, recompute_deadlines
from catalog.actions.withdrawing import withdraw

__all__ = [
    "MOST_AT_ONCE",
    "Location",
    "Outcome",
    "Sending",
    "attach",
    "attachment_faults",
    "available_commands",
    "content_digest",
    "content_faults",
    "create_draft",
    "execute",
    "execute_many",
    "finish_draft",
    "forbid",
    "is_under_review",
    "permit",
    "publication_faults",
    "publish",
    "publish_due",
    "recompute_deadlines",
    "revise",
    "save_draft",
    "send",
    "sending_faults",
    "set_visibility",
    "withdraw",
]
