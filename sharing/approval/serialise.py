"""Events and policies as plain JSON values and back.

Stored events outlive the code that wrote them: keys that are missing take the field's default,
keys that are unknown are ignored, and an unknown kind of event is a ValueError.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from sharing.approval.events import EVENTS, Event
from sharing.approval.policy import Policy

_T = TypeVar("_T")
_KINDS = {event: kind for kind, event in EVENTS.items()}


def to_dict(event: Event) -> dict[str, Any]:
    """The event as JSON values, with its ``kind``."""
    return {"kind": kind_of(event), **_dump_fields(event)}


def from_dict(data: Mapping[str, Any]) -> Event:
    """The event that ``to_dict`` wrote."""
    kind = data["kind"]
    if kind not in EVENTS:
        raise ValueError(f"unknown kind of event: {kind}")
    wanted: Any = EVENTS[kind]
    event: Event = _dataclass_loader(wanted)(data)
    return event


def kind_of(event: Event) -> str:
    """The stable name under which the event is stored."""
    return _KINDS[type(event)]


def dump_policy(policy: Policy) -> dict[str, Any]:
    """The policy as JSON values."""
    return _dump_fields(policy)


def load_policy(data: Mapping[str, Any]) -> Policy:
    """The policy of ``data``, with defaults for what it leaves out; ValueError if unlawful (R46)."""
    policy: Policy = _dataclass_loader(Policy)(data)
    return policy


def _dump_fields(value: Any) -> dict[str, Any]:
    return {field.name: _dump(getattr(value, field.name)) for field in fields(value)}


def _dump(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_dump(item) for item in value]
    if is_dataclass(value):
        return _dump_fields(value)
    return value


@cache
def _loader(wanted: Any) -> Callable[[Any], Any] | None:
    """How to read a value of the type ``wanted``, None for as it is; built once per type."""
    if get_origin(wanted) is tuple:
        return _tuple_loader(get_args(wanted)[0])
    if isinstance(wanted, UnionType):
        (inner,) = (option for option in get_args(wanted) if option is not NoneType)
        return _optional_loader(inner)
    if is_dataclass(wanted):
        record: Any = wanted
        return _dataclass_loader(record)
    return _scalar_loader(wanted)


def _scalar_loader(wanted: type[Any]) -> Callable[[Any], Any] | None:
    """None for what is already as it should be."""
    if issubclass(wanted, date):
        return wanted.fromisoformat
    if issubclass(wanted, Enum):
        return wanted
    return None


def _tuple_loader(inner: Any) -> Callable[[Any], Any]:
    load = _loader(inner)
    return tuple if load is None else lambda items: tuple([load(item) for item in items])


def _optional_loader(inner: Any) -> Callable[[Any], Any] | None:
    load = _loader(inner)
    return load and (lambda value: None if value is None else load(value))


@cache
def _dataclass_loader(wanted: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(wanted)
    loaders = [(field.name, _loader(hints[field.name])) for field in fields(wanted)]
    return lambda data: wanted(
        **{n: data[n] if load is None else load(data[n]) for n, load in loaders if n in data}
    )


def dump_value(value: Any) -> dict[str, Any]:
    """Any of the plain dataclasses of the cores as JSON values."""
    return _dump_fields(value)


def load_value(wanted: type[_T], data: Mapping[str, Any]) -> _T:
    """The value of the dataclass ``wanted`` that ``dump_value`` wrote."""
    build: Any = wanted
    value: _T = _dataclass_loader(build)(data)
    return value
