"""What an applicant should know before sending, and a signer when deciding; nothing is forbidden.

A caution is a code with what it speaks of, as data: it is kept with the item when the application
is sent, and said in the reader's language when it is shown (``sharing.presenting.cautions``).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from django.db.models import QuerySet

from catalog.models import DataItem, ServiceItem, ServiceItemNeed
from sharing.models import Application, ApplicationItem, Grant, GrantStatus
from sharing.protection.aggregation import AggregationCode, FieldFacts, Finding, Holding, judge

LIVING: Final = (GrantStatus.PROVISIONING, GrantStatus.ACTIVE, GrantStatus.SUSPENDED)
SAME_PURPOSE: Final = 0.5
"""Share of pairs of letters from which two scenarios count as the same purpose."""
_CITES: Final = re.compile(
    r"《[^》]+》|第[一二三四五六七八九十百千零〇0-9]+[条款项]|article\s+\d+", re.IGNORECASE
)


class CautionCode(StrEnum):
    """What a caution is about."""

    BEYOND_NEED = "beyond_need"
    HIGHER_GRADE = "higher_grade"
    REFUSED_BEFORE = "refused_before"
    GRANTED_ALREADY = "granted_already"
    REIDENTIFIES = "reidentifies"
    RAISES_GRADE = "raises_grade"
    PERSONAL_WITHOUT_BASIS = "personal_without_basis"


@dataclass(frozen=True, slots=True)
class Caution:
    """One caution. ``names`` are data items, ``entries`` ids of entries it speaks of."""

    code: CautionCode
    names: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the item."""
        return {**asdict(self), "code": self.code.value}

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Caution":
        """From what was kept."""
        return cls(
            CautionCode(kept["code"]), tuple(kept["names"]), tuple(kept["entries"]), kept["params"]
        )


def cautions_of(
    application: Application, items: Sequence[ApplicationItem]
) -> dict[Any, list[Caution]]:
    """The cautions of every item, by its key; ``resource`` and ``version`` must be loaded.

    A fixed number of queries for the whole basket. The other items of the basket count as held:
    what is applied for together is going to lie together.
    """
    grants = list(
        Grant.objects.filter(department=application.department_id).select_related("version")
    )
    facts = _Facts(
        application,
        grants,
        _items_of({item.version_id for item in items} | {grant.version_id for grant in grants}),
        _needed(application, items),
        list(_refused(application, items)),
    )
    holdings = {item.pk: facts.holding(item) for item in items}
    return {
        item.pk: [
            *_beyond(facts, item),
            *_grade(facts, item),
            *_refusals(facts, item),
            *_granted(facts, item),
            *_aggregated(facts, item, holdings),
            *_personal(facts, item),
        ]
        for item in items
    }


Fields = dict[str, DataItem]


@dataclass(frozen=True, slots=True)
class _Facts:
    application: Application
    grants: list[Grant]
    items: dict[int, Fields]
    needed: dict[Any, set[str]]
    refused: list[ApplicationItem]

    def asked(self, item: ApplicationItem) -> list[DataItem]:
        known = self.items.get(item.version_id, {})
        return [known[key] for key in item.fields if key in known]

    @property
    def living(self) -> list[Grant]:
        return [grant for grant in self.grants if grant.status in LIVING]

    def holding(self, item: ApplicationItem) -> Holding:
        return Holding(str(item.resource_id), tuple(_fact(one) for one in self.asked(item)))

    def held(self, grant: Grant) -> Holding:
        known = self.items.get(grant.version_id, {})
        keys = [one["key"] for one in grant.fields]
        return Holding(
            str(grant.resource_id), tuple(_fact(known[key]) for key in keys if key in known)
        )


def _fact(item: DataItem) -> FieldFacts:
    return FieldFacts(item.key, item.name, item.grade, item.personal)


def _items_of(versions: set[int]) -> dict[int, Fields]:
    found: dict[int, Fields] = {}
    for item in DataItem.objects.filter(version__in=versions):
        found.setdefault(item.version_id, {})[item.key] = item
    return found


def _needed(application: Application, items: Iterable[ApplicationItem]) -> dict[Any, set[str]]:
    """The keys a matter needs of each entry; an entry that is needed whole is left out.

    The matter of the application, or all of the department's when none was chosen.
    """
    needs = ServiceItemNeed.objects.filter(resource__in=[item.resource_id for item in items])
    if application.matter_id:
        needs = needs.filter(item=application.matter_id)
    else:
        own = ServiceItem.objects.filter(department=application.department_id)
        needs = needs.filter(item__in=own)
    found: dict[Any, set[str]] = {}
    whole = set()
    for need in needs:
        found.setdefault(need.resource_id, set()).update(need.fields)
        if not need.fields:
            whole.add(need.resource_id)
    return {key: keys for key, keys in found.items() if key not in whole}


def _refused(
    application: Application, items: Iterable[ApplicationItem]
) -> QuerySet[ApplicationItem]:
    return (
        ApplicationItem.objects.filter(
            demander=application.department_id,
            resource__in=[item.resource_id for item in items],
            status=ApplicationItem.Status.REFUSED,
        )
        .select_related("application")
        .order_by("-decided_at")
    )


def _beyond(facts: _Facts, item: ApplicationItem) -> Iterator[Caution]:
    needed = facts.needed.get(item.resource_id)
    if needed is None:
        return
    if names := tuple(one.name for one in facts.asked(item) if one.key not in needed):
        matter = facts.application.matter
        yield Caution(
            CautionCode.BEYOND_NEED, names, params={"matter": matter.name if matter else ""}
        )


def _grade(facts: _Facts, item: ApplicationItem) -> Iterator[Caution]:
    """Higher than anything the department was ever granted; without any grant nothing is usual."""
    usual = max((one["grade"] for grant in facts.grants for one in grant.fields), default=None)
    if usual is None:
        return
    higher = [one for one in facts.asked(item) if one.grade > usual]
    if higher:
        grade = max(one.grade for one in higher)
        names = tuple(one.name for one in higher)
        yield Caution(CautionCode.HIGHER_GRADE, names, params={"grade": grade, "usual": usual})


def _refusals(facts: _Facts, item: ApplicationItem) -> Iterator[Caution]:
    application = facts.application
    for past in facts.refused:
        same_matter = past.application.matter_id and (
            past.application.matter_id == application.matter_id
        )
        alike = likeness(past.application.use_scenario, application.use_scenario)
        if past.resource_id == item.resource_id and (same_matter or alike >= SAME_PURPOSE):
            decided: date | None = past.decided_at.date() if past.decided_at else None
            yield Caution(
                CautionCode.REFUSED_BEFORE,
                params={
                    "number": past.application.number,
                    "application": str(past.application_id),
                    "item": str(past.pk),
                    "on": decided.isoformat() if decided else "",
                },
            )
            return


def likeness(one: str, other: str) -> float:
    """How much of two texts is the same, 0 to 1: shared pairs of letters, marks left out."""
    pairs = [_pairs(text) for text in (one, other)]
    if not all(pairs):
        return 0.0
    return len(pairs[0] & pairs[1]) / len(pairs[0] | pairs[1])


def _pairs(text: str) -> set[str]:
    letters = re.sub(r"\W+", "", text).lower()
    return {letters[place : place + 2] for place in range(max(1, len(letters) - 1))} - {""}


def _granted(facts: _Facts, item: ApplicationItem) -> Iterator[Caution]:
    for grant in facts.living:
        if grant.resource_id != item.resource_id:
            continue
        held = {one["key"] for one in grant.fields}
        if names := tuple(one.name for one in facts.asked(item) if one.key in held):
            yield Caution(
                CautionCode.GRANTED_ALREADY,
                names,
                params={
                    "number": grant.number,
                    "grant": str(grant.pk),
                    "until": grant.ends_on.isoformat(),
                },
            )
            return


_AGGREGATION: Final = {
    AggregationCode.REIDENTIFIES: CautionCode.REIDENTIFIES,
    AggregationCode.RAISES_GRADE: CautionCode.RAISES_GRADE,
}


def _aggregated(
    facts: _Facts, item: ApplicationItem, holdings: dict[Any, Holding]
) -> Iterator[Caution]:
    held = [facts.held(grant) for grant in facts.living if grant.resource_id != item.resource_id]
    beside = [holding for pk, holding in holdings.items() if pk != item.pk]
    for finding in judge(holdings[item.pk], [*held, *beside]):
        yield _of_finding(finding)


def _of_finding(finding: Finding) -> Caution:
    return Caution(
        _AGGREGATION[finding.code],
        finding.keys,
        tuple(dict.fromkeys(finding.others)),
        {"grade": finding.grade},
    )


def _personal(facts: _Facts, item: ApplicationItem) -> Iterator[Caution]:
    names = tuple(one.name for one in facts.asked(item) if one.personal)
    basis = facts.application.use_basis
    if names and basis.strip() and not _CITES.search(basis):
        yield Caution(CautionCode.PERSONAL_WITHOUT_BASIS, names)
