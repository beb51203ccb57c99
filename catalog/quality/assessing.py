"""Assessing entries: what changed since, in bulk, and one entry live for its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from catalog.models import (
    EntryQuality,
    QualitySnapshot,
    Resource,
    ResourceSearch,
)
from catalog.quality.loading import Loaded, load
from catalog.quality.measures import scale_in_force
from catalog.quality.rules import Assessment, assess
from catalog.quality.scale import Scale
from portal.organisation.models import Department, Post, Role

BATCH = 500
_RESULT = ("stale", "letter", "overall", "scores", "codes", "title_key", "turns_on", "assessed_at")


@dataclass(frozen=True, slots=True)
class Live:
    """The quality of one entry as of today, and the row with what is kept of it."""

    assessment: Assessment
    row: EntryQuality
    scale: Scale


def assess_live(resource: Resource, on: date) -> Live | None:
    """The quality of one entry by its state now; nothing is stored. None without any version."""
    scale = scale_in_force()
    for one in load([resource.pk], on):
        return Live(assess(one.facts, on, scale), one.row, scale)
    return None


def assess_due(now: datetime, *, most: int | None = None) -> int:
    """Assess every entry that changed, or whom time has made overdue; return how many.

    Batch by batch, each a transaction of its own; two workers at once share the work. Stops after
    ``most`` entries, if given.
    """
    done = 0
    while most is None or done < most:
        number = _assess_batch(now)
        if not number:
            break
        done += number
    return done


@transaction.atomic
def _assess_batch(now: datetime) -> int:
    on = timezone.localdate(now)
    due = EntryQuality.objects.filter(Q(stale=True) | Q(turns_on__lte=on))
    locked = due.select_for_update(skip_locked=True).order_by("pk")
    ids = list(locked.values_list("pk", flat=True)[:BATCH])
    if ids:
        refresh(ids, now)
    return len(ids)


@transaction.atomic
def refresh(resource_ids: Sequence[UUID], now: datetime) -> list[Assessment]:
    """Assess these entries and keep the results: state, snapshot of the day, filter of the search."""
    on = timezone.localdate(now)
    scale = scale_in_force()
    loaded = load(resource_ids, on)
    found = [(one, assess(one.facts, on, scale)) for one in loaded]
    _wake_twins(loaded)
    _keep_snapshots(found, on)
    _keep_rows(found, now)
    without = set(resource_ids) - {one.resource.pk for one in loaded}
    EntryQuality.objects.filter(pk__in=without).update(stale=False)  # nothing to look at yet
    return [assessment for _one, assessment in found]


def _wake_twins(loaded: Sequence[Loaded]) -> None:
    """Entries of the same provider that a changed title concerns are looked at again."""
    pairs = {
        (one.resource.provider_id, key)
        for one in loaded
        if one.row.title_key != one.key
        for key in (one.row.title_key, one.key)
        if key
    }
    if not pairs:
        return
    own = [one.resource.pk for one in loaded]
    others = EntryQuality.objects.filter(
        title_key__in={key for _provider, key in pairs},
        resource__provider__in={provider for provider, _key in pairs},
        stale=False,
    ).exclude(pk__in=own)
    known = others.values_list("pk", "resource__provider_id", "title_key")
    woken = [pk for pk, provider, key in known if (provider, key) in pairs]
    EntryQuality.objects.filter(pk__in=woken).update(stale=True)


def _keep_snapshots(found: Sequence[tuple[Loaded, Assessment]], on: date) -> None:
    changed = [
        QualitySnapshot(
            resource_id=one.resource.pk,
            on=on,
            letter=new.letter,
            overall=new.overall,
            scores=_numbers(new),
        )
        for one, new in found
        if new.overall is not None
        and (one.row.letter, one.row.scores) != (new.letter, _numbers(new))
    ]
    QualitySnapshot.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["resource", "on"],
        update_fields=["letter", "overall", "scores"],
    )


def _numbers(assessment: Assessment) -> dict[str, float]:
    return {name: float(score) for name, score in assessment.scores.items()}


def _keep_rows(found: Sequence[tuple[Loaded, Assessment]], now: datetime) -> None:
    for one, new in found:
        row = one.row
        row.stale, row.letter, row.overall = False, new.letter, new.overall
        row.scores, row.codes = _numbers(new), new.codes
        row.title_key, row.turns_on, row.assessed_at = one.key, new.turns_on, now
    EntryQuality.objects.bulk_create(
        [one.row for one, _new in found],
        update_conflicts=True,
        unique_fields=["resource"],
        update_fields=_RESULT,
    )
    _show(found)


def _show(found: Sequence[tuple[Loaded, Assessment]]) -> None:
    """Keep grade and freshness in the rows that lists filter by."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {ResourceSearch._meta.db_table} AS row"  # noqa: S608
            " SET quality = new.letter, fresh_until = new.fresh_until"
            " FROM unnest(%s::uuid[], %s::text[], %s::date[]) AS new (id, letter, fresh_until)"
            " WHERE row.resource_id = new.id AND (row.quality, row.fresh_until)"
            " IS DISTINCT FROM (new.letter, new.fresh_until)",
            [
                [one.resource.pk for one, _new in found],
                [new.letter for _one, new in found],
                [one.facts.fresh_until for one, _new in found],
            ],
        )


def keep_data_results(
    resource_id: UUID,
    *,
    rows: int,
    newest: datetime | None,
    results: Sequence[dict[str, Any]],
    now: datetime,
) -> None:
    """Take over what a check of the attached data found; counts and names only, no values.

    Call it in the transaction that ends the check.
    """
    EntryQuality.objects.update_or_create(
        pk=resource_id,
        defaults={
            "data_checked_at": now,
            "data_rows": rows,
            "data_newest": newest,
            "data_results": list(results),
        },
    )
    refresh([resource_id], now)


def look_again(on: date) -> int:
    """Mark entries for which something outside of them has changed; once a day.

    Entries that have no row yet, and those whose provider got or lost its data steward or code.
    Returns how many.
    """
    missing = Resource.objects.filter(quality__isnull=True, search__isnull=False)
    EntryQuality.objects.bulk_create(
        [EntryQuality(resource_id=pk) for pk in missing.values_list("pk", flat=True)],
        ignore_conflicts=True,
        batch_size=1_000,
    )
    stewards = Post.objects.held_on(on).filter(department=OuterRef("pk"), role=Role.STEWARD)
    units = Department.objects.filter(parent__isnull=True).annotate(staffed=Exists(stewards))
    staffed = units.filter(staffed=True)
    unstaffed = units.filter(staffed=False)
    coded = Department.objects.exclude(uscc="")
    wrong = (
        Q(codes__contains=["contact_missing"], resource__provider__in=staffed)
        | Q(~Q(codes__contains=["contact_missing"]), resource__provider__in=unstaffed)
        | Q(codes__contains=["provider_code"], resource__provider__in=coded)
    )
    return EntryQuality.objects.filter(wrong, stale=False).update(stale=True)
