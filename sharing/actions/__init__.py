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
from sharing.actions.many import judge_many, sign_many
from sharing.actions.policies import add_version

__all__ = [
    "add_version",
    "available_commands",
    "copy",
    "discard",
    "draft",
    "execute",
    "judge_many",
    "recompute_deadlines",
    "resubmit_application",
    "save_draft",
    "sign_many",
    "submission_faults",
    "submit_application",
    "withdraw_application",
]
