"""The ``fq`` of CKAN's package_search: ``organization:d12 -groups:307001 metadata_modified:[…]``."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from portal.errors import Fault, Invalid

FIELDS = ("organization", "owner_org", "groups", "tags", "metadata_modified", "id", "name")
CONSTANT = {"state:active", "dataset_type:dataset", "type:dataset", "capacity:public"}
"""What holds for every package of ours."""
_PART = re.compile(r'([+-]?)(\w+):("[^"]*"|\[[^\]]*\]|[^\s"\[]+)')
_RANGE = re.compile(r"\[(\S+) TO (\S+)\]")


@dataclass(frozen=True, slots=True)
class Restriction:
    """One part of a filter query."""

    field: str
    value: str
    negated: bool = False

    def condition(self) -> Q:
        """The part as a condition on entries; Invalid for a damaged value."""
        match self.field:
            case "organization" | "owner_org":
                number = self.value.removeprefix("d")
                known = number.isascii() and number.isdigit() and len(number) < 18
                return Q(provider_id=int(number)) if known else Q(pk__in=[])
            case "groups":
                return Q(live__classification__code=self.value)
            case "tags":
                return Q(live__keywords__contains=[self.value]) | Q(live__theme=self.value)
            case "metadata_modified":
                return self._between()
            case _:
                return Q(pk__in=[self.value])

    def _between(self) -> Q:
        found = _RANGE.fullmatch(self.value)
        if found is None:
            raise _unclear(f"{self.field}:{self.value}")
        condition = Q()
        for name, text in zip(("updated_at__gte", "updated_at__lte"), found.groups(), strict=True):
            if text != "*":
                condition &= Q(**{name: _moment(text)})
        return condition


def read_restrictions(text: str) -> list[Restriction]:
    """Read a filter query; Invalid names every part that is not understood."""
    parts = [
        Restriction(match[2], match[3].strip('"'), negated=match[1] == "-")
        for match in _PART.finditer(text)
    ]
    found = [part for part in parts if f"{part.field}:{part.value}" not in CONSTANT]
    rest = _PART.sub("", text).replace(" AND ", " ").split()
    unknown = [*rest, *(one.field for one in found if one.field not in FIELDS)]
    unknown += [one.value for one in found if one.field in {"id", "name"} and not _is_id(one.value)]
    if unknown:
        raise _unclear(", ".join(unknown))
    return found


def _is_id(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) is not None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _unclear(text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _unclear(part: str) -> Invalid:
    message = _("This part of the filter is not understood: %(part)s") % {"part": part}
    remedy = _("Known fields: %(names)s.") % {"names": ", ".join(FIELDS)}
    return Invalid(message, [Fault("fq", message, remedy, "unknown_filter")])
