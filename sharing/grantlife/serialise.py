"""Events of grants as plain JSON values and back; missing keys take the field's default."""

from collections.abc import Mapping
from typing import Any

from sharing.approval.serialise import dump_value, load_value
from sharing.grantlife.events import EVENTS, KINDS, Event


def to_dict(event: Event) -> dict[str, Any]:
    """The event as JSON values, with its ``kind``."""
    return {"kind": KINDS[type(event)], **dump_value(event)}


def from_dict(data: Mapping[str, Any]) -> Event:
    """The event that ``to_dict`` wrote; ValueError for an unknown kind."""
    kind = data["kind"]
    if kind not in EVENTS:
        raise ValueError(f"unknown kind of event: {kind}")
    event: Event = load_value(EVENTS[kind], data)
    return event
