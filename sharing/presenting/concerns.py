"""Concerns in words: where they are, whose turn it is, what happened to them."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Avg, Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import Text
from portal.organisation.models import Department
from sharing.concerns import Case
from sharing.disputes.events import (
    NAMES,
    Assigned,
    Confirmed,
    DecisionRecorded,
    Declared,
    Event,
    Forwarded,
    Rated,
    Responded,
    RoundRecorded,
)
from sharing.disputes.terms import Side, Verb
from sharing.models import Concern, ConcernKind, ConcernStatus, Delivery, Grant
from sharing.presenting.chains import signed_name
from sharing.presenting.timeline import Happened

TONES: Final[Mapping[str, tuple[str, str]]] = {
    "received": ("run", "clock"),
    "verifying": ("run", "search"),
    "corrected": ("wait", "check"),
    "rejected": ("stop", "cross"),
    "closed": ("ok", "check"),
    "raised": ("run", "clock"),
    "handling": ("run", "search"),
    "handled": ("wait", "check"),
    "rated": ("ok", "check"),
    "negotiating": ("run", "clock"),
    "mediating": ("run", "clock"),
    "answering": ("wait", "clock"),
    "deciding": ("wait", "clock"),
    "decided": ("wait", "check"),
    "settled": ("ok", "check"),
    "assigned": ("run", "clock"),
    "answered": ("ok", "check"),
    "not_accepted": ("stop", "cross"),
    "taken_back": ("", "pause"),
}
NEXT: Final[Mapping[str, Text]] = {
    "received": gettext_lazy("It is looked at by those who received it."),
    "verifying": gettext_lazy("The department verifies what was reported, and corrects it or says why not."),
    "corrected": gettext_lazy("Every department that holds the data takes the correction over and confirms it."),
    "rejected": gettext_lazy("If the reason does not hold, the department that raised it opens a dispute."),
    "closed": gettext_lazy("Nothing is left to do."),
    "raised": gettext_lazy("The department accepts the objection or passes it on."),
    "handling": gettext_lazy("The department handles the objection and says what it did, or why not."),
    "handled": gettext_lazy("Who objected rates how it was handled; what was rejected can be disputed."),
    "rated": gettext_lazy("Nothing is left to do."),
    "negotiating": gettext_lazy("Both departments negotiate and record each round; at the end each records agreement or failure."),
    "mediating": gettext_lazy("The authority that stands above both hears them and gives its opinion."),
    "answering": gettext_lazy("Both departments say whether they accept the opinion."),
    "deciding": gettext_lazy("The authority reports to its own people's government and records what it decides."),
    "decided": gettext_lazy("What the decision orders is carried out and confirmed."),
    "settled": gettext_lazy("Nothing is left to do."),
    "assigned": gettext_lazy("The official handles the complaint and answers it."),
    "answered": gettext_lazy("Nothing is left to do."),
    "not_accepted": gettext_lazy("Nothing is left to do."),
    "taken_back": gettext_lazy("Nothing is left to do."),
}  # fmt: skip
VERBS: Final[Mapping[Verb, Text]] = {
    Verb.ACCEPT: gettext_lazy("Accept and look into it"),
    Verb.CORRECT: gettext_lazy("The error is real and corrected: tell every holder of the data"),
    Verb.UPHOLD: gettext_lazy("The objection is right: say what was done"),
    Verb.REJECT: gettext_lazy("Reject with the reason"),
    Verb.FORWARD: gettext_lazy("Pass on to the department it belongs to"),
    Verb.RATE: gettext_lazy("Rate how it was handled"),
    Verb.RECORD_ROUND: gettext_lazy("Record a round of negotiation"),
    Verb.AGREE: gettext_lazy("Record: we agree"),
    Verb.FAIL: gettext_lazy("Record: the negotiation failed"),
    Verb.GIVE_OPINION: gettext_lazy("Give the opinion of the authority"),
    Verb.ACCEPT_OPINION: gettext_lazy("Accept the opinion"),
    Verb.DECLINE_OPINION: gettext_lazy("Do not accept the opinion"),
    Verb.RECORD_DECISION: gettext_lazy("Record the decision of the people's government"),
    Verb.ASSIGN: gettext_lazy("Give it to an official"),
    Verb.ANSWER: gettext_lazy("Answer: the complaint is handled"),
    Verb.NOT_ACCEPT: gettext_lazy("Do not accept it, with the reason"),
    Verb.CONFIRM: gettext_lazy("Confirm that it is done"),
    Verb.TAKE_BACK: gettext_lazy("Take it back"),
}
"""In the order in which pages offer them."""

_HAPPENED: Final[Mapping[str, Text]] = {
    "raised": gettext_lazy("Raised"),
    "accepted": gettext_lazy("Accepted for handling"),
    "forwarded": gettext_lazy("Passed on to %(to)s"),
    "corrected": gettext_lazy("Confirmed and corrected; every holder of the data is told"),
    "rejected": gettext_lazy("Rejected"),
    "upheld": gettext_lazy("Upheld and handled"),
    "rated": gettext_lazy("Rated %(score)s of 5, %(solved)s"),
    "round_recorded": gettext_lazy("Round of negotiation, recorded by %(side)s"),
    "declared_agreed": gettext_lazy("%(side)s recorded that both agree"),
    "declared_failed": gettext_lazy("%(side)s recorded that the negotiation failed"),
    "referred": gettext_lazy("The negotiation failed: the authority mediates"),
    "opinion_given": gettext_lazy("The authority gave its opinion"),
    "responded_accepted": gettext_lazy("%(side)s accepts the opinion"),
    "responded_declined": gettext_lazy("%(side)s does not accept the opinion"),
    "escalated": gettext_lazy("No agreement: the people's government decides"),
    "decision_recorded": gettext_lazy("Decided by the people's government: %(number)s of %(day)s"),
    "settled": gettext_lazy("Settled"),
    "assigned": gettext_lazy("Given to %(to)s"),
    "answered": gettext_lazy("Answered"),
    "not_accepted": gettext_lazy("Not accepted"),
    "confirmed": gettext_lazy("%(to)s confirmed its task"),
    "closed": gettext_lazy("Done: nothing is left to confirm"),
    "taken_back": gettext_lazy("Taken back"),
}


def tag_of(concern: Concern) -> tuple[str, Text, str]:
    """Kind of tag, word and icon for where a concern is."""
    tone, icon = TONES[concern.status]
    return tone, ConcernStatus(concern.status).label, icon


def timeline(case: Case) -> list[Happened]:
    """What happened, newest first."""
    names = _names(case)
    lines = [_line(case, event, names) for event in case.events][::-1]
    if lines:
        lines[0] = Happened(lines[0].at, lines[0].what, lines[0].detail, lines[0].state or "now")
    return lines


def _names(case: Case) -> dict[int, str]:
    """Names of the departments that the events name, in one query."""
    ids = set(case.concern.involved) | {task.department for task in case.state.tasks}
    ids |= {event.target for event in case.events if isinstance(event, Forwarded)}
    return dict(Department.objects.filter(pk__in=ids).values_list("pk", "name"))


def _line(case: Case, event: Event, names: Mapping[int, str]) -> Happened:
    by = getattr(event, "by", None)
    who = signed_name(by.person.name, by.acting_for) if by else ""
    text: str = getattr(event, "text", "")
    detail = " · ".join(part for part in (who, text) if part)
    stopped = NAMES[type(event)] in {"rejected", "not_accepted", "referred", "escalated"}
    return Happened(event.at, _what(case, event, names), detail, "wait" if stopped else "")


def _what(case: Case, event: Event, names: Mapping[int, str]) -> str:
    return str(_HAPPENED[_key(event)]) % _params(case, event, names)


def _key(event: Event) -> str:
    match event:
        case Declared():
            return "declared_agreed" if event.agreed else "declared_failed"
        case Responded():
            return "responded_accepted" if event.accepted else "responded_declined"
        case _:
            return NAMES[type(event)]


def _params(case: Case, event: Event, names: Mapping[int, str]) -> dict[str, str]:
    match event:
        case Forwarded():
            return {"to": names.get(event.target, "")}
        case Rated():
            return {"score": str(event.score), "solved": _solved(solved=event.solved)}
        case RoundRecorded() | Declared() | Responded():
            return {"side": _side(case, event.side)}
        case DecisionRecorded():
            return {"number": event.number, "day": event.decided_on.isoformat()}
        case Assigned():
            return {"to": event.person.name}
        case Confirmed():
            done = next((one for one in case.state.tasks if one.key == event.task), None)
            return {"to": names.get(done.department, "") if done else ""}
        case _:
            return {}


def _solved(*, solved: bool) -> str:
    return _("solved") if solved else _("not solved")


def _side(case: Case, side: Side) -> str:
    concern = case.concern
    department = concern.department if side is Side.RAISER else concern.handler
    return department.name if department else ""


def refetched(concern: Concern) -> dict[int, Delivery]:
    """For each department: the first delivery it fetched after the correction (R28)."""
    if concern.kind != ConcernKind.CORRECTION or concern.outcome != "corrected":
        return {}
    deliveries = (
        Delivery.objects.filter(
            grant__resource=concern.resource_id, published_at__gt=concern.decided_at
        )
        .select_related("grant")
        .order_by("-published_at")
    )
    return {one.grant.department_id: one for one in deliveries}


def corrections_of(grant: Grant) -> list[Concern]:
    """Confirmed corrections of the data of a grant, newest first."""
    keys = {field["key"] for field in grant.fields}
    found = Concern.objects.filter(
        kind=ConcernKind.CORRECTION, outcome="corrected", resource=grant.resource_id
    ).order_by("-decided_at")
    return [one for one in found if not one.fields or keys & set(one.fields)]


def statistics(seen: QuerySet[Concern]) -> list[dict[str, Any]]:
    """For each handling department what the reader sees: counts, scores, corrections in time."""
    rows = (
        seen.filter(kind__in=[ConcernKind.OBJECTION, ConcernKind.CORRECTION])
        .order_by()
        .values("handler", "handler__name")
        .annotate(
            objections=Count("pk", filter=Q(kind="objection")),
            handled=Count("pk", filter=Q(kind="objection", decided_at__isnull=False)),
            rejected=Count("pk", filter=Q(kind="objection", outcome="rejected")),
            average=Avg("score"),
            settled=Count("pk", filter=Q(solved=True)),
            rated=Count("pk", filter=Q(score__isnull=False)),
            corrections=Count("pk", filter=Q(kind="correction")),
            corrected=Count("pk", filter=Q(kind="correction", outcome="corrected")),
        )
    )
    found: list[dict[str, Any]] = [dict(row) for row in rows]
    return sorted(found, key=lambda row: (-row["objections"], str(row["handler__name"])))
