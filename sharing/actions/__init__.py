"""What officials do with applications. ``execute`` is the only door through which a status moves."""

from sharing.actions.checks import submission_faults
from sharing.actions.commands import (
    available_commands,
    execute,
    resubmit_application,
    submit_application,
    withdraw_application,
)
from sharing.actions.deadlines import recompute_deadlines
from sharing.actions.drafts import copy, discard, draft, save_draft

__all__ = [
    "available_commands",
    "copy",
    "discard",
    "draft",
    "execute",
    "recompute_deadlines",
    "resubmit_application",
    "save_draft",
    "submission_faults",
    "submit_application",
    "withdraw_application",
]
