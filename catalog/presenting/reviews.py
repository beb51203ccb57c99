"""A review in words: where it is, whose turn it is, what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.lifecycle.terms import Status
from catalog.models import (
    DataItem,
    PublicationReview,
    ResourceVersion,
    ReviewCheck,
    ReviewStatus,
    ReviewStep,
)
from catalog.presenting.differences import COMPARED, label_of
from portal.errors import Text
from portal.worktime.access import citation

MOST_PLACES: Final = 500

STATES: Final[Mapping[str, tuple[str, Text]]] = {
    "": ("", gettext_lazy("not sent yet")),
    Status.HEAD_REVIEW: ("run", ReviewStatus.HEAD_REVIEW.label),
    Status.AUTHORITY_REVIEW: ("run", ReviewStatus.AUTHORITY_REVIEW.label),
    Status.SCHEDULED: ("wait", ReviewStatus.SCHEDULED.label),
    Status.RETURNED: ("wait", ReviewStatus.RETURNED.label),
    Status.TAKEN_BACK: ("wait", ReviewStatus.TAKEN_BACK.label),
    Status.PUBLISHED: ("ok", ReviewStatus.PUBLISHED.label),
    Status.BLOCKED: ("stop", ReviewStatus.BLOCKED.label),
}
"""Kind of tag and word for each status; "" is a version without a review."""

_NEXT: Final[Mapping[str, Text]] = {
    "": gettext_lazy("Complete it, then send it for review."),
    Status.HEAD_REVIEW: gettext_lazy("The head of the department or of the sharing office approves."),
    Status.AUTHORITY_REVIEW: gettext_lazy("The competent authority reviews and publishes."),
    Status.SCHEDULED: gettext_lazy("It is published by itself at the chosen time."),
    Status.RETURNED: gettext_lazy("Correct what the remarks say, then send it again."),
    Status.TAKEN_BACK: gettext_lazy("Change it, then send it again."),
    Status.PUBLISHED: gettext_lazy("It is in the catalog."),
    Status.BLOCKED: gettext_lazy("It never comes into the catalog."),
}  # fmt: skip

_HAPPENED: Final[Mapping[str, Text]] = {
    Status.HEAD_REVIEW: gettext_lazy("Sent for review"),
    Status.AUTHORITY_REVIEW: gettext_lazy("Approved by the department"),
    Status.SCHEDULED: gettext_lazy("Reviewed by the authority, publication set"),
    Status.PUBLISHED: gettext_lazy("Reviewed and published"),
    Status.RETURNED: gettext_lazy("Returned"),
    Status.TAKEN_BACK: gettext_lazy("Taken back"),
    Status.BLOCKED: gettext_lazy("Marked as secret"),
}


def state_tag(review: PublicationReview | None) -> tuple[str, Text]:
    """Kind of tag and word for where a version is."""
    return STATES[review.status if review else ""]


def next_step(review: PublicationReview | None) -> Text:
    """What happens next, for the sender."""
    return _NEXT[review.status if review else ""]


@dataclass(frozen=True, slots=True)
class ShownRemark:
    """A remark with the name of its place."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step in words, as the timeline shows it."""

    at: datetime
    what: str
    who: str
    text: str
    remarks: tuple[ShownRemark, ...]
    faults: tuple[Mapping[str, str], ...]
    checks: tuple[ReviewCheck, ...]
    publish_at: datetime | None
    round: int
    tone: str
    article: str


_ARTICLES: Final[Mapping[str, str]] = {
    Status.HEAD_REVIEW: "13", Status.AUTHORITY_REVIEW: "13", Status.SCHEDULED: "16",
    Status.PUBLISHED: "16", Status.RETURNED: "16", Status.BLOCKED: "3",
}  # fmt: skip


def steps_of(review: PublicationReview) -> list[ShownStep]:
    """What happened to the version, newest first."""
    rows = review.steps.select_related("actor", "acting_for").prefetch_related("checks")
    names = dict(review.version.items.values_list("key", "name"))
    return [_step(row, names) for row in rows.order_by("-seq")]


def _step(row: ReviewStep, names: Mapping[str, str]) -> ShownStep:
    article = _ARTICLES.get(row.after, "")
    return ShownStep(
        at=row.at,
        what=_("Published at its time") if row.command == "publish" else str(_HAPPENED[row.after]),
        who=_who(row),
        text=row.text,
        remarks=tuple(
            ShownRemark(place_name(one["place"], names), one["text"]) for one in row.remarks
        ),
        faults=tuple(row.faults),
        checks=tuple(row.checks.all()),
        publish_at=row.publish_at,
        round=row.round,
        tone={Status.RETURNED: "wait", Status.BLOCKED: "stop"}.get(Status(row.after), ""),
        article=citation(article) if article else "",
    )


def _who(row: ReviewStep) -> str:
    if row.actor is None:
        return _("the portal, at the chosen time") if row.publish_at else _("the portal")
    if row.acting_for is not None:
        return _("%(name)s, standing in for %(principal)s") % {
            "name": row.actor.full_name, "principal": row.acting_for.full_name,
        }  # fmt: skip
    return row.actor.full_name


def place_name(place: str, names: Mapping[str, str]) -> str:
    """The field or item that a remark is about."""
    if place.startswith("items["):
        key = place.removeprefix("items[").removesuffix("]")
        return _("Item “%(name)s”") % {"name": names.get(key, key)}
    if place == "items":
        return _("Data items")
    return label_of(ResourceVersion, place)


def remark_places(items: list[DataItem]) -> list[tuple[str, str]]:
    """Every place that a remark can be about, with its name; of very many items only all together.

    A form has no more fields than the server takes.
    """
    fields = [(name, label_of(ResourceVersion, name)) for name in COMPARED]
    own = [(f"items[{item.key}]", _("Item “%(name)s”") % {"name": item.name}) for item in items]
    if len(own) > MOST_PLACES:
        own = []
    return [*fields, ("items", _("Data items")), *own]


def last_return(review: PublicationReview | None, steps: list[ShownStep]) -> ShownStep | None:
    """What was remarked when the version came back, while it has not been sent again."""
    if review is None or review.status != ReviewStatus.RETURNED or not steps:
        return None
    return steps[0]
