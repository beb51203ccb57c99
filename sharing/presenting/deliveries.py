"""Pulls and deliveries in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sharing.models import Delivery, DeliveryFile, Pull
from sharing.protection.masks import MASKS
from sharing.pulls.quality import RULES, Dimension

DIMENSIONS: Final[Mapping[str, str | Promise]] = {
    Dimension.CONFORMITY: gettext_lazy("conformity"),
    Dimension.COMPLETENESS: gettext_lazy("completeness"),
    Dimension.ACCURACY: gettext_lazy("accuracy"),
    Dimension.CONSISTENCY: gettext_lazy("consistency"),
    Dimension.TIMELINESS: gettext_lazy("timeliness"),
    Dimension.UNIQUENESS: gettext_lazy("uniqueness"),
}
STEPS: Final = (
    (Pull.Status.QUEUED, gettext_lazy("queue")),
    (Pull.Status.EXTRACTING, gettext_lazy("read")),
    (Pull.Status.CHECKING, gettext_lazy("check")),
    (Pull.Status.PACKAGING, gettext_lazy("package")),
    (Pull.Status.PUBLISHED, gettext_lazy("publish")),
)


PROOFS: Final[Mapping[str, str | Promise]] = {
    "manifest": gettext_lazy("Signed manifest"),
    "signature": gettext_lazy("Signature"),
}
"""Files that prove what the data files are."""


@dataclass(frozen=True)
class FileView:
    """A file of a delivery with the name people know it by."""

    pk: int
    label: str | Promise
    name: str
    size: int
    sha256: str
    is_proof: bool


@dataclass(frozen=True)
class Step:
    """One step of a pull on its way: done, now or to come."""

    label: str | Promise
    state: str
    icon: str


@dataclass(frozen=True)
class RuleRow:
    """One check of the quality report."""

    rule: str
    field: str
    dimension: str | Promise
    checked: int
    failed: int


def mask_label(name: str) -> str:
    """What a mask is called."""
    return _(MASKS[name].label) if name in MASKS else name


def pull_steps(pull: Pull) -> list[Step]:
    """The steps of a pull, with the one it is at."""
    codes = [code for code, _label in STEPS]
    status = pull.status
    if status in {Pull.Status.CLAIMED, Pull.Status.FAILED}:
        status = Pull.Status.QUEUED
    at = codes.index(Pull.Status(status)) if status in codes else len(codes)
    if status == Pull.Status.PUBLISHED:
        at = len(codes)
    ended = pull.status in {Pull.Status.CANCELLED, Pull.Status.QUARANTINED}
    return [
        Step(label, *_state(number, at, ended=ended)) for number, (_code, label) in enumerate(STEPS)
    ]


def _state(number: int, at: int, *, ended: bool) -> tuple[str, str]:
    if ended:
        return "", "circle"
    if number < at:
        return "is-done", "check"
    return ("is-now", "run") if number == at else ("", "circle")


def file_views(files: Iterable[DeliveryFile]) -> list[FileView]:
    """The files of a delivery: the data first, then what proves it."""
    views = [_file(file) for file in files]
    return sorted(views, key=lambda view: view.is_proof)


def _file(file: DeliveryFile) -> FileView:
    label = PROOFS.get(file.format, file.format.upper())
    return FileView(file.pk, label, file.name, file.size, file.sha256, file.format in PROOFS)


def quality_scores(delivery: Delivery) -> list[tuple[str | Promise, float | None]]:
    """Score of every dimension, 0 to 100; None where nothing was checked."""
    scores: Mapping[str, float | None] = delivery.quality.get("scores", {})
    return [(label, scores.get(code)) for code, label in DIMENSIONS.items()]


def quality_rows(delivery: Delivery) -> list[RuleRow]:
    """The checks of a delivery, the failed ones first."""
    names = dict(delivery.grant.version.items.values_list("key", "name"))
    rows = [_row(rule, names) for rule in delivery.quality.get("rules", [])]
    return sorted(rows, key=lambda row: (-row.failed, row.rule, row.field))


def _row(rule: Mapping[str, Any], names: Mapping[str, str]) -> RuleRow:
    _dimension, text = RULES[rule["rule"]]
    return RuleRow(
        rule=_(text),
        field=names.get(rule["field"], rule["field"]) or _("whole row"),
        dimension=DIMENSIONS.get(rule["dimension"], rule["dimension"]),
        checked=rule["checked"],
        failed=rule["failed"],
    )
