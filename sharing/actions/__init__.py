"""What officials do with applications. ``execute`` is the only door through which a status moves."""

from sharing.actions.attachments import attach, detach, get_attachment
from sharing.actions.baskets import (
    Sent,
    for_matter,
    open_baskets,
    put_in,
    submit_basket,
    suggested,
    take_out,
)
from sharing.actions.casework import CASEWORK, command_of, fitting_officials, sign_command
from sharing.actions.checks import basket_faults, submission_faults
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
    "Sent",
    "attach",
    "available_commands",
    "basket_faults",
    "command_of",
    "copy",
    "detach",
    "discard",
    "draft",
    "execute",
    "fitting_officials",
    "for_matter",
    "get_attachment",
    "judge_many",
    "open_baskets",
    "put_in",
    "recompute_deadlines",
    "resubmit_application",
    "save_draft",
    "sign_command",
    "sign_many",
    "stricter_masks",
    "submission_faults",
    "submit_application",
    "submit_basket",
    "suggested",
    "take_out",
    "withdraw_application",
]
