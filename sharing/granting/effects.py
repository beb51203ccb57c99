"""What follows from the events of a grant, in their transaction: right, pulls, ledger, notices."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from catalog import access as catalog_access
from catalog import hooks
from catalog.models import Resource
from portal import gathering
from portal.organisation.models import Official
from sharing.grantlife import events as e
from sharing.grantlife.state import State
from sharing.grantlife.terms import Status, Terms
from sharing.models import Grant, GrantStatus
from sharing.pulling.records import enter
from sharing.pulling.stopping import stop_pulls
from sharing.telling import tell_filing_authority, tell_heads, tell_provider, tell_recipients

PULL: Final = catalog_access.Permission.PULL

ARTICLES: Final[dict[e.EventType, str]] = {
    e.Activated: "22",
    e.RenewalAsked: "25",
    e.Renewed: "25",
    e.Narrowed: "25",
    e.Suspended: "27",
    e.RectificationReported: "27",
    e.RectificationExtended: "27",
    e.Restored: "27",
    e.Terminated: "27",
    e.ChangeProposed: "27",
    e.ChangeAnswered: "27",
    e.NegotiationRecorded: "27",
    e.ChangeFiled: "27",
    e.ChangeDropped: "27",
    e.ServiceChanged: "27",
    e.EmergencyFiled: "35",
    e.DisposalConfirmed: "27",
}
"""Where the law speaks of what happened."""

_RECIPIENT, _PROVIDER, _HEADS, _FILING = "recipient", "provider", "heads", "filing"
_BOTH: Final = (_RECIPIENT, _PROVIDER)
AUDIENCE: Final[dict[e.EventType, tuple[str, ...]]] = {
    e.Activated: (_RECIPIENT,),
    e.RenewalAsked: (_PROVIDER,),
    e.RenewalWithdrawn: (_PROVIDER,),
    e.RenewalEndorsed: (_HEADS,),
    e.RenewalRefused: (_RECIPIENT,),
    e.Renewed: _BOTH,
    e.Narrowed: _BOTH,
    e.MasksRaised: _BOTH,
    e.Suspended: _BOTH,
    e.RectificationReported: (_PROVIDER, _FILING),
    e.RectificationExtended: (_RECIPIENT,),
    e.Restored: _BOTH,
    e.Terminated: _BOTH,
    e.Expired: _BOTH,
    e.ChangeProposed: (_RECIPIENT,),
    e.ChangeAnswered: (_PROVIDER,),
    e.NegotiationRecorded: (_RECIPIENT, _FILING),
    e.ChangeFiled: _BOTH,
    e.ChangeDropped: (_RECIPIENT,),
    e.ServiceChanged: _BOTH,
    e.EmergencyFiled: (_PROVIDER,),
    e.DisposalConfirmed: (_PROVIDER, _FILING),
}
"""Whom an event concerns."""


def take_effect(
    grant: Grant, events: Sequence[e.Event], before: State, after: State, *, by: Official | None
) -> None:
    """Stop pulls whose right is gone, give or take the recipient's right, record and tell."""
    stopped = 0
    if _takes_away(before.terms, after.terms) or after.status is not Status.ACTIVE:
        stopped = stop_pulls(grant, reason=f"grant.{e.KINDS[type(events[0])]}", now=events[0].at)
    if before.status is not after.status:
        _follow_status(grant, after.status)
    for seq, event in enumerate(events, start=before.version + 1):
        data = {"seq": seq, "content_hash": grant.content_hash, **_details(event)}
        if before.status is not after.status:
            data |= {"before": before.status.value, "after": after.status.value}
        if stopped:
            data["stopped_pulls"] = stopped
        kind = f"grant.{e.KINDS[type(event)]}"
        acting_for = event.by.acting_for.name if event.by and event.by.acting_for else ""
        if acting_for:
            data["acting_for"] = acting_for
        article = ARTICLES.get(type(event), "") if by else ""
        enter(grant, kind, by=by, now=event.at, data=data, article=article)
        _tell(grant, event)


def _takes_away(before: Terms, after: Terms) -> bool:
    """Whether a pull under way could bring what is granted no more: fields, rows or clear values."""
    return (before.row_region, before.fields) != (after.row_region, after.fields)


def _follow_status(grant: Grant, status: Status) -> None:
    if status is Status.ACTIVE:
        gathering.at_the_end(_let_pull, [grant])
    elif not _has_other_active(grant):
        catalog_access.take(PULL, department=grant.department, resource=grant.resource)
    hooks.use_changed([grant.resource_id])


def _let_pull(grants: list[Grant]) -> None:
    """Give the recipients the right to pull; of several grants the entries are locked in one order."""
    if len(grants) == 1:
        catalog_access.give(PULL, department=grants[0].department, resource=grants[0].resource)
        return
    entries = Resource.objects.filter(pk__in={grant.resource_id for grant in grants})
    list(entries.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    recipients = {grant.department_id: grant.department for grant in grants}
    wanted = defaultdict(set)
    for grant in grants:
        wanted[grant.department_id].add(grant.resource_id)
    for pk, department in recipients.items():
        catalog_access.give_many(
            PULL, department=department, resources=Resource.objects.filter(pk__in=wanted[pk])
        )


def _has_other_active(grant: Grant) -> bool:
    """Whether the recipient may go on pulling the entry under another grant."""
    return (
        Grant.objects.filter(
            department=grant.department, resource=grant.resource, status=GrantStatus.ACTIVE
        )
        .exclude(pk=grant.pk)
        .exists()
    )


_QUIET: Final = frozenset({"at", "by", "terms"})


def _details(event: e.Event) -> dict[str, Any]:
    """What the ledger says of an event: everything but the terms, whose hash it holds."""
    names: Iterable[str] = (name for name in event.__dataclass_fields__ if name not in _QUIET)
    return {name: getattr(event, name) for name in names}


def _tell(grant: Grant, event: e.Event) -> None:
    kind = "grant.active" if isinstance(event, e.Activated) else f"grant.{e.KINDS[type(event)]}"
    params = {name: str(value) for name, value in _details(event).items() if value is not None}
    for audience in AUDIENCE.get(type(event), ()):
        _TELLERS[audience](grant, kind, now=event.at, **params)


_TELLERS: Final = {
    _RECIPIENT: tell_recipients,
    _PROVIDER: tell_provider,
    _HEADS: tell_heads,
    _FILING: tell_filing_authority,
}
