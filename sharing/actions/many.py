"""Signing many items in one go: each is decided as if it were the only one, all are written together.

The code is that of ``execute``; ``portal.gathering`` lets it ask once and write once for all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal import gathering
from portal.errors import Fault, Invalid, NotAllowed, NotVisible, PortalError
from portal.ledger.records import record
from portal.organisation.models import Official
from sharing import access, cases, grants, offers, telling
from sharing.actions.commands import execute_locked, settled
from sharing.approval.clocks import local_day
from sharing.approval.commands import Sign
from sharing.approval.terms import Grade, ItemStatus
from sharing.models import ApplicationItem, SignOff, SignOffLine

MOST: Final = 1_000
"""Items that can be signed in one go."""
Result = SignOffLine.Result


@dataclass(frozen=True, slots=True)
class Pick:
    """An item somebody wants to sign, and how many of its events they had seen."""

    item_id: UUID
    seen: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a pick, or would; ``item`` is None if it does not exist for who picked it."""

    pick: Pick
    item: ApplicationItem | None
    error: PortalError | None = None
    busy: bool = False

    @property
    def result(self) -> SignOffLine.Result:
        """The outcome in one word."""
        if self.item is None:
            return Result.NOT_VISIBLE
        if self.error is not None:
            return Result.BUSY if self.busy else Result.DENIED
        consented = self.item.status == ItemStatus.CONSENTED.value
        return Result.CONSENTED if consented else Result.SIGNED


def sign_many(
    *, by: Official, picks: Sequence[Pick], comment: str = "", key: UUID, now: datetime
) -> SignOff:
    """Sign every item of ``picks`` that can be signed, in one transaction, and keep the report.

    What one item denies stops none of the others. An item that somebody else is working on is
    not waited for. ``key`` names the report: the same one again answers with what was done the
    first time. Invalid for no picks or more than MOST; NotAllowed when entries are locked.
    """
    _check(picks)
    return settled(lambda: _sign_all(by, picks, comment.strip(), key, now))


def judge_many(*, by: Official, picks: Sequence[Pick], now: datetime) -> list[Outcome]:
    """What ``sign_many`` would do now; changes and locks nothing for longer than this call."""
    _check(picks)
    found: list[Outcome] = []
    try:
        with transaction.atomic(), gathering.gathered():
            found += _each(by, picks, "", now)
            raise _NotMeant  # noqa: TRY301 - the way out of both blocks
    except _NotMeant:
        return found


class _NotMeant(Exception):
    """Throws away what was only tried."""


def _check(picks: Sequence[Pick]) -> None:
    if not picks:
        message = _("Nothing is picked.")
        fault = Fault("picks", message, _("Tick at least one application."), "required")
        raise Invalid(message, [fault])
    if len(picks) > MOST:
        too_many = _("More than %(most)d applications are picked.") % {"most": MOST}
        fault = Fault("picks", too_many, _("Sign them in several goes."), "too_many")
        raise Invalid(too_many, [fault])


def _sign_all(
    by: Official, picks: Sequence[Pick], comment: str, key: UUID, now: datetime
) -> SignOff:
    if done := SignOff.objects.filter(pk=key).first():
        if done.official_id != by.pk:
            raise NotVisible(_("This does not exist, or you may not see it."))
        return done
    with gathering.gathered():
        outcomes = list(_each(by, picks, comment, now))
        signed = sum(outcome.error is None and outcome.item is not None for outcome in outcomes)
        report = SignOff.objects.create(
            id=key, official=by, at=now, comment=comment, total=len(outcomes), signed=signed
        )
        gathering.insert(list(_lines(report, outcomes)))
        record(
            "signoff.made",
            by=by,
            obj=report,
            now=now,
            departments={post.office_id for post in access.actor_for(by, local_day(now)).posts},
            data={"picked": report.total, "signed": signed},
        )
    return report


def _each(by: Official, picks: Sequence[Pick], comment: str, now: datetime) -> Iterator[Outcome]:
    """Every pick with what became of it, in order; an item picked twice counts once."""
    wanted = {pick.item_id: pick for pick in reversed(picks)}
    seen, items = _lock(by, wanted, now)
    _look_up(items.values())
    for pick in dict.fromkeys(wanted[pick.item_id] for pick in picks):
        if pick.item_id not in seen:
            yield Outcome(pick, None, NotVisible(_("This does not exist, or you may not see it.")))
        elif pick.item_id not in items:
            yield Outcome(pick, seen[pick.item_id], _busy(), busy=True)
        else:
            item = items[pick.item_id]
            yield Outcome(pick, item, _sign(item, by, Sign(seen=pick.seen, comment=comment), now))


def _sign(item: ApplicationItem, by: Official, command: Sign, now: datetime) -> NotAllowed | None:
    try:
        with gathering.attempt():
            if (alone := reviewed_alone(item, offers.items_of(item.version_id))) is not None:
                return alone
            execute_locked(item, by=by, command=command, now=now)
    except NotAllowed as error:
        return error
    return None


def reviewed_alone(item: ApplicationItem, described: Iterable[offers.Offered]) -> NotAllowed | None:
    """Why the item is signed on its own page only, or None; ``described`` are its entry's data items.

    Important and core data is looked at one by one (R09); emergencies as well.
    """
    asked = (row.grade for row in described if row.key in item.fields)
    if max(asked, default=0) >= Grade.IMPORTANT:
        reason = _("It holds important or core data.")
    elif item.application.emergency:
        reason = _("It is an emergency.")
    else:
        return None
    return NotAllowed(reason, remedy=_("Review it on its own page."), code="reviewed_alone")


def _busy() -> NotAllowed:
    return NotAllowed(
        _("Somebody else is working on this application at this moment."),
        remedy=_("Try again in a few seconds."),
        code="busy",
    )


def _lock(
    by: Official, ids: Iterable[UUID], now: datetime
) -> tuple[dict[UUID, ApplicationItem], dict[UUID, ApplicationItem]]:
    """The items ``by`` sees, and those of them that are now locked, with all that signing reads."""
    visible = access.items_visible_to(by, local_day(now)).filter(pk__in=list(ids))
    loaded = ApplicationItem.objects.prefetch_related(
        "application__applicant",
        "application__department__region",
        "provider__region",
        "resource__live",
        "resource__provider",
        "version",
    )
    seen = set(visible.values_list("pk", flat=True))
    rows = loaded.select_for_update(of=("self",), skip_locked=True).filter(pk__in=seen)
    items = {item.pk: item for item in rows.order_by("pk")}
    busy = loaded.in_bulk(list(seen - items.keys())) if len(items) < len(seen) else {}
    return {**items, **busy}, items


def _look_up(items: Iterable[ApplicationItem]) -> None:
    """Ask once for all what would else be asked for each."""
    found = list(items)
    cases.remember_events(item.pk for item in found)
    live = {item.resource.live_id for item in found if item.resource.live_id is not None}
    offers.remember_items(live | {item.version_id for item in found})
    last = [item for item in found if item.status == ItemStatus.PROVIDER_REVIEW.value]
    grants.remember_attached(item.resource_id for item in last)
    telling.remember_people(item.application.applicant_id for item in found)


def _lines(report: SignOff, outcomes: Iterable[Outcome]) -> Iterator[SignOffLine]:
    for position, outcome in enumerate(outcomes, start=1):
        item, error = outcome.item, outcome.error
        yield SignOffLine(
            sign_off=report,
            position=position,
            item=item,
            number=item.application.number if item else "",
            title=item.version.title if item else "",
            department=item.application.department.name if item else "",
            result=outcome.result,
            code=error.reason if error else "",
            message=str(error.message) if error else "",
            remedy=str(error.remedy) if error else "",
        )
