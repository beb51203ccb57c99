"""What happens within the stage where a case of the story lies: delegated, handed on, more time."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from portal.organisation.models import Official
from sharing import actions
from sharing.models import ApplicationItem, ItemStage


class Aside(StrEnum):
    """What somebody does with a stage instead of deciding it."""

    NOTHING = ""
    DELEGATION = "delegation"
    TRANSFER = "transfer"
    CONSULTATION = "consultation"
    EXTENSION = "extension"
    REMINDER = "reminder"


_STEPS: Final[Mapping[Aside, tuple[str, dict[str, Any]]]] = {
    Aside.DELEGATION: ("delegate", {"text": "请核对申请事项与本单位职责的对应关系。"}),
    Aside.TRANSFER: ("transfer", {"text": "该项业务由您分管，请办理。"}),
    Aside.CONSULTATION: ("consult", {"text": "该数据项是否为办理该业务所必需？"}),
    Aside.EXTENSION: ("request_extension", {"days": 5, "text": "所涉数据需与基层核对，预计延长五个工作日。"}),
    Aside.REMINDER: ("urge", {"text": "业务集中办理在即，请尽快答复。"}),
}  # fmt: skip


def happen(
    aside: Aside, item: ApplicationItem, stage: ItemStage, holder: Official, now: datetime
) -> None:
    """Let it happen at ``stage``; nothing where the office has nobody else."""
    name, data = _STEPS[aside]
    data = dict(data)
    by = item.application.applicant if aside is Aside.REMINDER else holder
    if aside in {Aside.DELEGATION, Aside.TRANSFER}:
        able, beside = actions.fitting_officials(item, now)
        choice = able if aside is Aside.TRANSFER else beside
        others = [one for one in choice if one.pk != holder.pk]
        if not others:
            return
        data["to"] = others[0].pk
    elif aside is Aside.CONSULTATION:
        data["office"] = item.application.department_id
        first = item.stages.exclude(position=stage.position).order_by("position").first()
        if first is not None:
            data["office"] = first.office_id
    command = actions.command_of(name, item, data, seen=item.event_count, now=now)
    actions.execute(by=by, item_id=item.pk, command=command, now=now)
