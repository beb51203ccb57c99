"""What the reader's department can do with an entry, as lists and entry pages say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from catalog import hooks
from catalog.hooks import EntryAction
from catalog.models import Resource
from portal.errors import Reason, Text
from portal.organisation.models import Official


@dataclass(frozen=True, slots=True)
class Use:
    """The state of an entry for one reader: a tag, a line below it, and what can be done."""

    tag: Text
    kind: str = ""
    icon: str = "circle"
    note: Text = ""
    actions: tuple[EntryAction, ...] = ()


_STATES: dict[str, tuple[Text, str, str]] = {
    "own_department": (_("provided by your department"), "", "pen"),
    "incomplete": (_("to be completed"), "wait", "pen"),
    "non_shared": (_("not shared"), "", "lock"),
    "draft": (_("draft"), "wait", "pen"),
    "withdrawn": (_("withdrawn"), "stop", "stop"),
}
_READY: tuple[Text, str, str] = (_("can be applied for"), "run", "file")


def uses(official: Official, on: date, resources: Sequence[Resource]) -> dict[UUID, Use]:
    """The use of each entry; a handful of queries however many entries there are."""
    actions = hooks.entry_actions(official, on, resources)
    reasons = hooks.reasons_against_applying(official, on, resources)
    return {
        resource.pk: _use(resource, tuple(actions[resource.pk]), reasons.get(resource.pk))
        for resource in resources
    }


def _use(resource: Resource, actions: tuple[EntryAction, ...], reason: Reason | None) -> Use:
    if resource.status in {"draft", "withdrawn"}:
        return Use(*_STATES[resource.status], actions=actions)
    for action in actions:
        if action.tag:
            return Use(action.tag, action.tone, action.icon, action.note, actions)
    if reason is not None and reason.code in _STATES:
        note = (
            resource.live.sharing_citation if resource.live and reason.code == "non_shared" else ""
        )
        return Use(*_STATES[reason.code], note=note, actions=actions)
    return Use(*_READY, actions=actions)
