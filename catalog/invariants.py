"""What must always hold of entries on their way into the catalog."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from catalog.access import labels_for
from catalog.actions.content import APPROVALS
from catalog.actions.publishing import content_digest
from catalog.lifecycle.rules import TABLE
from catalog.lifecycle.terms import CheckKind, Command, Part, Status
from catalog.models import (
    PublicationReview,
    Resource,
    ResourceSearch,
    ResourceVersion,
    ResourceWords,
    ReviewCheck,
    ReviewStatus,
    ReviewStep,
    VersionStatus,
)
from portal.invariants import Violation, invariant

_ALLOWED = {(before, command, after) for (before, _part, command), after in TABLE.items()}
_BY_CLOCK = {
    (before, command) for (before, part, command) in TABLE if part is Part.CLOCK
}  # fmt: skip


@invariant(
    44,
    _(
        "What an official published was sent, approved with both checks, and reviewed by different people."
    ),
)
def published_versions_were_reviewed(now: datetime) -> Iterator[Violation]:
    """A version published by an official without its complete review, or by too few people."""
    del now
    by_officials = (
        ResourceVersion.objects.exclude(published_by=None)
        .filter(status__in=[VersionStatus.PUBLISHED, VersionStatus.SUPERSEDED])
        .select_related("review", "resource", "classification")
        .prefetch_related("items")
    )
    for version in by_officials.iterator(200):
        review: PublicationReview | None = getattr(version, "review", None)
        if review is None or review.status != ReviewStatus.PUBLISHED:
            yield Violation(str(version.pk), _("published by an official without a review"))
        elif version.published_by_id != review.released_by_id:
            yield Violation(str(version.pk), _("published by somebody who did not review it"))
        else:
            yield from _round(version, review)


def _round(version: ResourceVersion, review: PublicationReview) -> Iterator[Violation]:
    """The last round of a published version: three people, two checks, one content."""
    steps = list(review.steps.filter(round=review.round).order_by("seq"))
    deciding = [
        step for step in steps if step.command in {Command.SEND, Command.APPROVE, Command.SCHEDULE}
    ]
    behind = [{step.actor_id, step.acting_for_id} - {None} for step in deciding]
    afters = [step.after for step in deciding]
    if afters not in (
        [Status.HEAD_REVIEW, Status.AUTHORITY_REVIEW, Status.PUBLISHED],
        [Status.HEAD_REVIEW, Status.AUTHORITY_REVIEW, Status.SCHEDULED],
    ):
        yield Violation(str(version.pk), _("published without every step of its review"))
        return
    if len(set().union(*behind)) < sum(len(people) for people in behind):
        yield Violation(str(version.pk), _("two steps of the review by one person"))
    kinds = set(ReviewCheck.objects.filter(step=deciding[1]).values_list("kind", flat=True))
    if kinds != set(CheckKind):
        yield Violation(str(version.pk), _("approved without both checks"))
    sent = {step.content_hash for step in steps}
    if sent != {content_digest(version, without=APPROVALS)}:
        yield Violation(str(version.pk), _("other content than what was sent"))


@invariant(45, _("The state of a review is that of its last step, and every step was allowed."))
def reviews_follow_their_steps(now: datetime) -> Iterator[Violation]:
    """A review whose steps have gaps, lead elsewhere, or are not in the table of the core."""
    del now
    steps: dict[object, list[ReviewStep]] = defaultdict(list)
    for step in ReviewStep.objects.order_by("review", "seq").iterator(500):
        steps[step.review_id].append(step)
    for review in PublicationReview.objects.order_by("pk").iterator(500):
        own = steps[review.pk]
        if [step.seq for step in own] != list(range(1, review.step_count + 1)):
            yield Violation(str(review.pk), _("steps are missing"))
        elif not own or own[-1].after != review.status:
            yield Violation(str(review.pk), _("another state than that of the last step"))
        elif not _follows(own):
            yield Violation(str(review.pk), _("a step that the rules do not allow"))


def _follows(steps: list[ReviewStep]) -> bool:
    """Whether each step begins where the one before ended, and the table knows it."""
    at = Status.DRAFT
    for step in steps:
        before, command, after = Status(step.before), Command(step.command), Status(step.after)
        if before is not at or (before, command, after) not in _ALLOWED:
            return False
        if step.actor_id is None and (before, command) not in _BY_CLOCK:
            return False
        at = after
    return True


@invariant(60, _("The search shows each entry to those whom its rights name, and to nobody else."))
def search_rows_follow_the_rights(now: datetime) -> Iterator[Violation]:
    """An entry with other labels than its rights demand, without a row, or with another's words."""
    del now
    entries = Resource.objects.select_related("live", "search__words").order_by("pk")
    for chunk in _chunks(entries.iterator(1_000)):
        wanted = labels_for(chunk)
        for entry in chunk:
            row: ResourceSearch | None = getattr(entry, "search", None)
            words: ResourceWords | None = getattr(row, "words", None)
            if row is None or words is None:
                yield Violation(str(entry.pk), _("is not in the search"))
            elif sorted(row.labels) != wanted[entry.pk]:
                yield Violation(str(entry.pk), _("is shown to others than its rights say"))
            elif words.number != row.number:
                yield Violation(str(entry.pk), _("is found by the words of another entry"))


def _chunks(entries: Iterator[Resource]) -> Iterator[list[Resource]]:
    while chunk := list(islice(entries, 1_000)):
        yield chunk


@invariant(61, _("The grade that lists filter by is the one that was worked out."))
def grades_agree(now: datetime) -> Iterator[Violation]:
    """A search row with another grade of quality than the entry's own row."""
    del now
    wrong = ResourceSearch.objects.filter(resource__quality__isnull=False).exclude(
        quality=F("resource__quality__letter")
    )
    for pk in wrong.order_by("pk").values_list("pk", flat=True).iterator(500):
        yield Violation(str(pk), _("another grade in lists than on its page"))
