"""Changing the calendar and the legal limits: ledger entry, recomputation of due dates."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from portal.ledger.records import record
from portal.organisation.models import Official
from portal.worktime import changes
from portal.worktime.access import forget
from portal.worktime.calendar import Calendar
from portal.worktime.models import CalendarYear, DeadlineRule, Holiday
from portal.worktime.sources import YearOfDays, known_years


@transaction.atomic
def load_calendar(
    years: Iterable[int], *, now: datetime, by: Official | None = None
) -> list[CalendarYear]:
    """Bring ``years`` to what the installed package of public holidays knows; return those changed.

    A year in which people have entered something is left alone: the notice in their hands is newer
    than the package. So is a published year of which an older package knows less.
    """
    changed = [year for known in known_years(years) if (year := _load_year(known, now=now, by=by))]
    if changed:
        calendar_changed(now)
    return changed


def _load_year(known: YearOfDays, *, now: datetime, by: Official | None) -> CalendarYear | None:
    year = CalendarYear.objects.select_for_update().filter(pk=known.year).first()
    if year and (year.by_hand or (year.published and not known.published)):
        return None
    wanted = [Holiday(day=one.day, kind=one.kind, name=one.name) for one in known.days]
    present = Holiday.objects.filter(day__year=known.year)
    facts = {(one.day, one.kind, one.name) for one in present}
    if (
        year
        and year.published == known.published
        and facts == {(one.day, one.kind, one.name) for one in wanted}
    ):
        return None
    present.delete()
    Holiday.objects.bulk_create(wanted)
    year, _created = CalendarYear.objects.update_or_create(
        year=known.year, defaults={"published": known.published, "source": known.source}
    )
    record(
        "calendar.loaded", by=by, obj=year, now=now,
        data={"days": len(wanted), "published": known.published, "source": known.source},
    )  # fmt: skip
    return year


@transaction.atomic
def set_day(*, by: Official, day: Holiday, now: datetime) -> Holiday:
    """Enter or correct one holiday or make-up day."""
    before = Holiday.objects.filter(pk=day.day).first()
    day.save()
    _by_hand(day.day.year)
    record(
        "calendar.day_set", by=by, obj=day, now=now,
        data={"before": _day_facts(before), "after": _day_facts(day)},
    )  # fmt: skip
    calendar_changed(now)
    return day


@transaction.atomic
def remove_day(*, by: Official, day: Holiday, now: datetime) -> None:
    """Make a day an ordinary one again."""
    record("calendar.day_removed", by=by, obj=day, now=now, data={"before": _day_facts(day)})
    _by_hand(day.day.year)
    day.delete()
    calendar_changed(now)


@transaction.atomic
def record_import(*, by: Official | None, days: Iterable[Holiday], now: datetime) -> None:
    """Record holidays that were just imported in this transaction, and recompute once."""
    by_year: dict[int, list[dict[str, str]]] = {}
    for day in days:
        by_year.setdefault(day.day.year, []).append(_day_facts(day))
    for year, facts in sorted(by_year.items()):
        row = _by_hand(year)
        record("calendar.imported", by=by, obj=row, now=now, data={"days": facts})
    if by_year:
        calendar_changed(now)


@transaction.atomic
def publish_year(
    *, by: Official, year: int, days: Sequence[Holiday], source: str, now: datetime
) -> CalendarYear:
    """Put the State Council's notice for ``year`` into the table; due dates follow (R16).

    Whatever the table had for the year is replaced; days of other years are refused.
    """
    if any(day.day.year != year for day in days):
        raise ValueError("a day of another year")
    row = CalendarYear.objects.select_for_update().filter(pk=year).first()
    before = [_day_facts(day) for day in Holiday.objects.filter(day__year=year)]
    Holiday.objects.filter(day__year=year).delete()
    Holiday.objects.bulk_create(days)
    facts = {
        "published": row.published if row else False,
        "source": row.source if row else "",
        "days": before,
    }
    row = row or CalendarYear(year=year)
    row.published, row.source = True, source.strip()
    row.save()
    record(
        "calendar.year_published", by=by, obj=row, now=now,
        data={
            "before": facts,
            "after": {
                "published": True, "source": row.source, "days": [_day_facts(day) for day in days],
            },
        },
    )  # fmt: skip
    calendar_changed(now)
    return row


def with_year(calendar: Calendar, year: int, days: Sequence[Holiday]) -> Calendar:
    """``calendar`` as it would be with the notice for ``year`` in it."""

    def chosen(old: frozenset[date], kind: str) -> frozenset[date]:
        kept = {day for day in old if day.year != year}
        return frozenset(kept | {day.day for day in days if day.kind == kind})

    return Calendar(
        chosen(calendar.holidays, "holiday"),
        chosen(calendar.makeup_days, "makeup"),
        calendar.published_years | {year},
    )


@transaction.atomic
def set_year(*, by: Official, year: CalendarYear, now: datetime) -> CalendarYear:
    """Say whether the State Council's notice for a year is in the table, and where it comes from."""
    before = CalendarYear.objects.filter(pk=year.year).first()
    year.save()
    record(
        "calendar.year_set", by=by, obj=year, now=now,
        data={
            "before": {"published": before.published, "source": before.source} if before else {},
            "after": {"published": year.published, "source": year.source},
        },
    )  # fmt: skip
    calendar_changed(now)
    return year


@transaction.atomic
def set_rule(*, by: Official, rule: DeadlineRule, now: datetime) -> DeadlineRule:
    """Enter or change a limit; the database refuses one longer than the national (R46)."""
    before = DeadlineRule.objects.filter(pk=rule.pk).first() if rule.pk else None
    rule.save()
    record(
        "limit.set", by=by, obj=rule, now=now, article=rule.article,
        data={"before": _rule_facts(before), "after": _rule_facts(rule)},
    )  # fmt: skip
    changes.announce(now)
    return rule


def calendar_changed(now: datetime) -> None:
    """Everything that must follow a change of the calendar."""
    transaction.on_commit(forget)
    forget()
    changes.announce(now)


def _by_hand(year: int) -> CalendarYear:
    """Note that people look after the days of ``year`` from now on."""
    row, _created = CalendarYear.objects.get_or_create(year=year)
    if not row.by_hand:
        row.source = ""
        row.save(update_fields=["source"])
    return row


def _day_facts(day: Holiday | None) -> dict[str, str]:
    return {"day": str(day.day), "kind": day.kind, "name": day.name} if day else {}


def _rule_facts(rule: DeadlineRule | None) -> dict[str, object]:
    if rule is None:
        return {}
    return {
        "rule": rule.rule, "region": rule.region_id, "days": rule.days,
        "extension_days": rule.extension_days, "article": rule.article,
        "valid_from": rule.valid_from, "valid_until": rule.valid_until,
    }  # fmt: skip
