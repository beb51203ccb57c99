"""What an applicant enters: which keys there are, and what is wrong with their values.

A draft may be incomplete but not nonsensical; ``checks`` adds what sending it asks for.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from catalog.models import DataItem, Mode
from portal.errors import Fault
from portal.ledger.records import canonical
from portal.organisation.models import Region
from sharing.models import Application, ApplicationItem

TEXTS: Final = ("use_basis", "use_scenario", "use_scope")
DATES: Final = ("starts_on", "ends_on")
FLAGS: Final = ("reflux", "emergency")
KEYS: Final = frozenset({*TEXTS, *DATES, *FLAGS, "mode", "row_region"})
"""``row_region`` is a region's code, or None for all rows."""
TEXT_LENGTH: Final = 2000


def value_faults(content: Mapping[str, Any]) -> list[Fault]:
    """Values that no draft can hold, each with its remedy; ValueError for an unknown key."""
    if unknown := set(content) - KEYS:
        raise ValueError(f"not part of an application: {', '.join(sorted(unknown))}")
    faults = [_too_long(key) for key in TEXTS if len(content.get(key) or "") > TEXT_LENGTH]
    if content.get("mode", Mode.FILE) not in Mode.values:
        faults.append(
            Fault(
                "mode", _("There is no such sharing mode."), _("Choose one of the modes offered.")
            )
        )
    starts, ends = content.get("starts_on"), content.get("ends_on")
    if starts and ends and ends < starts:
        faults.append(
            Fault(
                "ends_on",
                _("The period of use ends before it begins."),
                _("Choose an end after the beginning."),
                "period_reversed",
            )
        )
    code = content.get("row_region")
    if code and not Region.objects.filter(pk=code).exists():
        faults.append(
            Fault("row_region", _("There is no such region."), _("Choose a region from the list."))
        )
    return faults


def field_faults(keys: Iterable[str], version_id: int) -> list[Fault]:
    """Fields the entry does not have."""
    known = set(DataItem.objects.filter(version=version_id).values_list("key", flat=True))
    unknown = [key for key in keys if key not in known]
    if not unknown:
        return []
    return [
        Fault(
            "fields",
            _("The entry has no data item called %(keys)s.") % {"keys": ", ".join(unknown)},
            _("Choose from the data items of the entry's present version."),
            "unknown_field",
        )
    ]


def _too_long(key: str) -> Fault:
    return Fault(
        key,
        _("The text is longer than %(length)d characters.") % {"length": TEXT_LENGTH},
        _("Shorten it."),
        "too_long",
    )


def apply(application: Application, item: ApplicationItem, content: Mapping[str, Any]) -> None:
    """Set the columns; nothing is saved."""
    for key in (*TEXTS, *DATES, *FLAGS, "mode"):
        if key in content:
            value = content[key]
            setattr(application, key, (value or "").strip() if key in TEXTS else value)
    if "row_region" in content:
        item.row_region_id = content["row_region"] or None


def common_of(application: Application) -> dict[str, Any]:
    """What was entered once for all items, as ``apply`` takes it."""
    return {key: getattr(application, key) for key in (*TEXTS, *DATES, *FLAGS, "mode")}


def content_of(application: Application, item: ApplicationItem) -> dict[str, Any]:
    """What was entered, as ``apply`` takes it."""
    return common_of(application) | {"row_region": item.row_region_id}


def stamp(application: Application, item: ApplicationItem, names: Iterable[str]) -> str:
    """A fingerprint of some of the content (and ``fields``): what a page showed when it was opened.

    Two people, or two tabs, changing different parts do not disturb each other.
    """
    entered = content_of(application, item) | {"fields": item.fields}
    shown = {name: entered[name] for name in sorted(set(names))}
    return hashlib.sha256(canonical(shown)).hexdigest()[:16]
