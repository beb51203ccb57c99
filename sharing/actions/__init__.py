"""What officials do with applications. ``execute`` is the only door through which a status moves."""

from sharing.actions.casework import CASEWORK, command_of, fitting_officials, sign_command
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
from sharing.actions.narrowing import stricter_masks

__all__ = [
    "CASEWORK",
    "available_commands",
    "command_of",
    "copy",
    "discard",
    "draft",
    "execute",
    "fitting_officials",
    "judge_many",
    "recompute_deadlines",
    "resubmit_application",
    "save_draft",
    "sign_command",
    "sign_many",
    "stricter_masks",
    "submission_faults",
    "submit_application",
    "withdraw_application",
]
