"""The shape of a policy's definition as JSON Schema, and everything in which a value departs from it.

The schema is made from the dataclasses that are loaded, so that both say the same. Only the part
of JSON Schema that it uses is checked here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum, IntEnum
from types import NoneType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from sharing.approval.policy import LONGEST_EMERGENCY, NATIONAL_LIMITS, Policy

MOST_DAYS: Final = 60
"""Working days that a local step may be given at most: longer ones are slips of the keyboard."""
MOST_SEATS: Final = 12
MOST_SIGNERS: Final = 9

_BOUNDS: Final[Mapping[str, tuple[int, int]]] = {
    "home_review": (1, MOST_DAYS),
    "authority_review": (1, MOST_DAYS),
    **{name: (1, days) for name, days in NATIONAL_LIMITS.items()},
    "days": (1, MOST_DAYS),
    "needed": (1, MOST_SIGNERS),
    "emergencies.days": (0, LONGEST_EMERGENCY),
}
_NAMES: Final[Mapping[type, str]] = {
    str: "string", bool: "boolean", int: "integer", float: "number", NoneType: "null",
    list: "array", dict: "object",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Departure:
    """One place that is not as the schema says: its path, the kind of fault, what belongs there."""

    path: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


def policy_schema() -> dict[str, Any]:
    """The JSON Schema of a policy's definition; what is left out takes the default."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Chain policy",
        **_schema_of(Policy, ""),
    }


def _schema_of(wanted: Any, path: str) -> dict[str, Any]:
    if isinstance(wanted, UnionType):
        (inner,) = (option for option in get_args(wanted) if option is not NoneType)
        return {"anyOf": [_schema_of(inner, path), {"type": "null"}]}
    if get_origin(wanted) is tuple:
        inner = _schema_of(get_args(wanted)[0], path)
        return {"type": "array", "items": inner, "maxItems": MOST_SEATS}
    if is_dataclass(wanted):
        hints = get_type_hints(wanted)
        inside = {
            one.name: _schema_of(hints[one.name], f"{path}.{one.name}".strip("."))
            for one in fields(wanted)
        }
        required = [one.name for one in fields(wanted) if one.name in _REQUIRED]
        shape: dict[str, Any] = {"type": "object", "additionalProperties": False}
        return {**shape, "properties": inside, **({"required": required} if required else {})}
    return _scalar(wanted, path)


_REQUIRED: Final = frozenset({"side", "role", "decides"})


def _scalar(wanted: type[Any], path: str) -> dict[str, Any]:
    if issubclass(wanted, Enum):
        kind = "integer" if issubclass(wanted, IntEnum) else "string"
        return {"type": kind, "enum": [one.value for one in wanted]}
    shape: dict[str, Any] = {"type": _NAMES[wanted]}
    bounds = _BOUNDS.get(path) or _BOUNDS.get(path.rpartition(".")[2])
    if wanted is int and bounds:
        shape |= {"minimum": bounds[0], "maximum": bounds[1]}
    return shape


def departures(value: Any, schema: Mapping[str, Any], path: str = "") -> Iterator[Departure]:
    """Everything in which ``value`` is not as ``schema`` says."""
    if "anyOf" in schema:
        if value is not None:
            yield from departures(value, schema["anyOf"][0], path)
        return
    expected = schema["type"]
    found = _NAMES.get(type(value), type(value).__name__)
    if found != expected:
        yield Departure(path, "wrong_type", {"expected": expected, "found": found})
    elif expected == "object":
        yield from _in_object(value, schema, path)
    elif expected == "array":
        if len(value) > schema["maxItems"]:
            yield Departure(path, "too_many", {"most": schema["maxItems"]})
        for number, item in enumerate(value):
            yield from departures(item, schema["items"], f"{path}.{number}")
    else:
        yield from _in_scalar(value, schema, path)


def _in_object(
    value: Mapping[str, Any], schema: Mapping[str, Any], path: str
) -> Iterator[Departure]:
    known = schema["properties"]
    for name in value:
        if name not in known:
            yield Departure(f"{path}.{name}".strip("."), "unknown", {"name": name})
    for name in schema.get("required", ()):
        if name not in value:
            yield Departure(f"{path}.{name}".strip("."), "missing", {"name": name})
    for name, inside in known.items():
        if name in value:
            yield from departures(value[name], inside, f"{path}.{name}".strip("."))


def _in_scalar(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[Departure]:
    if "enum" in schema and value not in schema["enum"]:
        choices = ", ".join(map(str, schema["enum"]))
        yield Departure(path, "not_a_choice", {"found": value, "choices": choices})
    least, most = schema.get("minimum"), schema.get("maximum")
    if most is not None and value > most:
        yield Departure(path, "too_high", {"most": most, "found": value})
    if least is not None and value < least:
        yield Departure(path, "too_low", {"least": least, "found": value})
