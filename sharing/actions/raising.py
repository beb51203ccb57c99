"""Raising corrections, objections and disputes: what is needed, to whom they go."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.access import get_visible
from catalog.cases import authority_for
from catalog.models import Resource
from portal.errors import Fault, Forbidden, Invalid, NotAllowed, NotVisible
from portal.organisation.access import department_ids
from portal.organisation.models import Department, Official
from sharing import access, concerns
from sharing.actions.concerns import store
from sharing.approval.clocks import local_day
from sharing.approval.terms import Side as StageSide
from sharing.disputes.events import Raised
from sharing.disputes.evolve import fold
from sharing.disputes.terms import Kind, Part
from sharing.models import (
    ApplicationItem,
    Concern,
    ConcernKind,
    Counter,
    Grant,
    GrantStatus,
    Subject,
)
from sharing.row_references import references_of

LONGEST_TEXT: Final = 4000
MOST_ROWS: Final = 200
LONGEST_KEY: Final = 100
PREFIXES: Final = {
    Kind.CORRECTION: "JH",
    Kind.OBJECTION: "YY",
    Kind.DISPUTE: "ZY",
    Kind.COMPLAINT: "TS",
}
CORRECTIONS: Final = (Subject.DATA_WRONG, Subject.DATA_MISSING, Subject.ENTRY_WRONG)
OBJECTIONS: Final = tuple(subject for subject in Subject if subject not in CORRECTIONS)


@dataclass(frozen=True, slots=True)
class Content:
    """What somebody raises; ``rows`` are keys of rows, which are stored as references only."""

    subject: str
    text: str
    evidence: str = ""
    fields: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@transaction.atomic
def raise_correction(
    *, by: Official, department: Department, resource_id: UUID | str, content: Content,
    now: datetime,
) -> Concern:  # fmt: skip
    """Report that data or entry are wrong (article 26); NotVisible, Forbidden, Invalid.

    Errors of the data are reported by departments with a grant, those of the entry by everybody
    who sees it. The provider has the time of the law, counted from today, to answer.
    """
    on = local_day(now)
    _belongs(by, department, on)
    resource = _seen(by, department, resource_id, on)
    grant = Grant.objects.filter(department=department, resource=resource).order_by("-pk").first()
    faults = content_faults(content, CORRECTIONS) + _row_faults(content)
    if content.subject in {Subject.DATA_WRONG, Subject.DATA_MISSING} and grant is None:
        faults.append(
            Fault(
                "subject",
                _("Only a department that was granted the data reports errors in them."),
                _("Report what is wrong with the entry, or apply for the data."),
                "no_grant",
            )
        )
    faults += _field_faults(content, resource, grant)
    faults += _own_faults(department, resource.provider)
    if faults:
        raise Invalid(_("The correction cannot be sent yet."), faults)
    concern = _concern(Kind.CORRECTION, by, department, content, now)
    concern.resource, concern.grant = resource, grant
    concern.title = _title(resource)
    concern.fields = list(content.fields)
    concern.row_keys = references_of(concern.pk, content.rows)
    return _raise(concern, content, resource.provider, None, now)


@transaction.atomic
def raise_objection(  # noqa: PLR0913 - what an objection may be about
    *, by: Official, department: Department, content: Content, now: datetime,
    resource_id: UUID | str | None = None, item_id: UUID | str | None = None,
    grant_id: UUID | str | None = None,
) -> Concern:  # fmt: skip
    """Object to an entry, an application or the use of data (R27).

    The subject decides what must be named: 1 an entry, 2 an application of the own department, 3 a
    grant of it, 4 nothing: then the authority of the own region handles it. NotVisible, Invalid.
    """
    on = local_day(now)
    _belongs(by, department, on)
    faults = content_faults(content, OBJECTIONS)
    item = access.get_item(by, item_id, on) if item_id else None
    grant = access.get_grant(by, grant_id, on) if grant_id else None
    resource = _seen(by, department, resource_id, on) if resource_id else None
    faults += _about_faults(content, department, resource, item, grant)
    handler = (
        item.provider if item else grant.resource.provider if grant
        else resource.provider if resource else authority_for(department.region, on)
    )  # fmt: skip
    if handler is None:
        message = _("The region has no competent authority that could handle it.")
        faults.append(Fault("", message, _("Have the system administrator enter it."), "missing"))
    else:
        faults += _own_faults(department, handler)
    if faults or handler is None:
        raise Invalid(_("The objection cannot be sent yet."), faults)
    concern = _concern(Kind.OBJECTION, by, department, content, now)
    concern.item, concern.grant = item, grant
    concern.resource = item.resource if item else grant.resource if grant else resource
    concern.title = _title(concern.resource) if concern.resource else content.text[:60]
    return _raise(concern, content, handler, None, now)


@transaction.atomic
def open_dispute(
    *, by: Official, text: str, now: datetime, item_id: UUID | str | None = None,
    grant_id: UUID | str | None = None, concern_id: UUID | str | None = None,
) -> Concern:  # fmt: skip
    """Begin the ladder of article 28 on a refusal, a stopped grant, or a rejected concern.

    The department that asked opens it, the providing one is the other side; the authority that
    would mediate is worked out at once. NotVisible, Forbidden, NotAllowed, Invalid.
    """
    on = local_day(now)
    about = _dispute_about(by, on, item_id=item_id, grant_id=grant_id, concern_id=concern_id)
    department, other = about["department"], about["other"]
    _belongs(by, department, on)
    _lock(about)
    if (hindrance := dispute_hindrance(**_keys(about))) is not None:
        raise hindrance
    content = Content("", text)
    faults = content_faults(content, ("",))
    authority = concerns.mediator_for(department, other, on)
    if authority is None:
        message = _("No authority stands above both departments.")
        faults.append(Fault("", message, _("Have the system administrator enter it."), "missing"))
    if faults or authority is None:
        raise Invalid(_("The dispute cannot be opened yet."), faults)
    concern = _concern(Kind.DISPUTE, by, department, content, now)
    concern.item, concern.grant, concern.origin = about["item"], about["grant"], about["origin"]
    concern.resource = about["resource"]
    concern.title = _title(concern.resource) if concern.resource else about["title"]
    return _raise(concern, content, other, authority, now)


def dispute_hindrance(
    *, item: ApplicationItem | None = None, grant: Grant | None = None,
    origin: Concern | None = None,
) -> NotAllowed | None:  # fmt: skip
    """Why no dispute can be opened about this, or None; pages ask it for their buttons."""
    if item is not None and origin is None and _own_refusal(item):
        return NotAllowed(
            _("Your own office refused the application; that is no dispute with the provider."),
            remedy=_("Talk to your sharing office."),
            code="own_refusal",
        )
    refused = item is not None and item.status == ApplicationItem.Status.REFUSED
    stopped = grant is not None and grant.status in {GrantStatus.SUSPENDED, GrantStatus.TERMINATED}
    rejected = origin is not None and origin.outcome == "rejected"
    if not (refused or stopped or rejected):
        return NotAllowed(
            _("A dispute arises from a refusal, a stopped grant or a rejected concern."),
            remedy=_("Object first; what is rejected can be disputed."),
            code="nothing_to_dispute",
        )
    under_way = Concern.objects.filter(
        kind=ConcernKind.DISPUTE, decided_at=None, item=item, grant=grant, origin=origin
    )
    if under_way.exists():
        return NotAllowed(
            _("A dispute about this is under way."),
            remedy=_("Go on with it; it stands among the disputes."),
            code="duplicate",
        )
    return None


def _own_refusal(item: ApplicationItem) -> bool:
    return item.stages.filter(status="refused", side=StageSide.HOME.value).exists()


def content_faults(content: Content, subjects: tuple[str, ...]) -> list[Fault]:
    """What is missing or wrong in what was written."""
    faults: list[Fault] = []
    if content.subject not in subjects:
        message = _("What it is about is missing.")
        faults.append(Fault("subject", message, _("Choose one of the list."), "missing"))
    if not content.text.strip():
        message = _("The text is missing.")
        faults.append(Fault("text", message, _("Say what is wrong and since when."), "missing"))
    for name in ("text", "evidence"):
        if len(getattr(content, name)) > LONGEST_TEXT:
            message = _("A text is too long.")
            faults.append(Fault(name, message, _("Use 4,000 characters at most."), "too_long"))
    return faults


def _row_faults(content: Content) -> list[Fault]:
    if len(content.rows) > MOST_ROWS or any(len(key) > LONGEST_KEY for key in content.rows):
        message = _("These are too many rows, or a key is too long.")
        remedy = _("Name 200 keys of 100 characters at most; describe the others in the text.")
        return [Fault("rows", message, remedy, "too_many")]
    return []


def _field_faults(content: Content, resource: Resource, grant: Grant | None) -> list[Fault]:
    version = resource.live or (grant.version if grant else None)
    known = set(version.items.values_list("key", flat=True)) if version else set()
    if set(content.fields) <= known:
        return []
    message = _("The entry does not have all of these data items.")
    return [Fault("fields", message, _("Choose items of the list."), "unknown")]


def _own_faults(department: Department, handler: Department) -> list[Fault]:
    if department.pk != handler.pk:
        return []
    message = _("Your own department would have to handle it.")
    return [Fault("", message, _("Put it right yourself, or talk to your office."), "own")]


def _about_faults(
    content: Content,
    department: Department,
    resource: Resource | None,
    item: ApplicationItem | None,
    grant: Grant | None,
) -> list[Fault]:
    """What the subject speaks of must be named, and be of the own department."""
    group = content.subject[:1]
    sent = item is not None and item.status != ApplicationItem.Status.DRAFT
    right = {
        "1": resource is not None and item is None and grant is None,
        "2": sent and item is not None and item.demander_id == department.pk,
        "3": grant is not None and grant.department_id == department.pk,
        "4": resource is None and item is None and grant is None,
    }.get(group, True)
    if right:
        return []
    message = _("What the objection is about does not fit its type.")
    remedy = _("Object on the page of the entry, of your application or of your grant.")
    return [Fault("subject", message, remedy, "misfit")]


def _belongs(by: Official, department: Department, on: date) -> None:
    if department.pk not in department_ids(by, on):
        raise Forbidden(_("You can do this only for a department in which you hold a post."))


def _seen(by: Official, department: Department, resource_id: UUID | str, on: date) -> Resource:
    """The entry, if the official sees it or the department was granted it."""
    try:
        return get_visible(by, resource_id, on)
    except NotVisible:
        held = access.grants_visible_to(by, on).filter(department=department)
        granted = Resource.objects.filter(grants__in=held).select_related("live", "provider")
        try:
            found = granted.filter(pk=resource_id).first()
        except (ValueError, TypeError):
            found = None
        if found is None:
            raise
        return found


def _dispute_about(
    by: Official, on: date, *, item_id: UUID | str | None, grant_id: UUID | str | None,
    concern_id: UUID | str | None,
) -> dict[str, Any]:  # fmt: skip
    """The two departments and what their dispute is about."""
    about: dict[str, Any] = {"item": None, "grant": None, "origin": None, "title": ""}
    if concern_id:
        origin = concerns.get_concern(by, concern_id, on)
        about |= {"origin": origin, "grant": origin.grant, "item": origin.item}
        about |= {"resource": origin.resource, "title": origin.title}
        return about | {"department": origin.department, "other": origin.handler}
    if grant_id:
        grant = access.get_grant(by, grant_id, on)
        about |= {"grant": grant, "resource": grant.resource, "department": grant.department}
        return about | {"other": grant.resource.provider}
    if item_id is None:
        message = _("What the dispute is about is missing.")
        remedy = _("Open it on the page of the application, the grant or the concern.")
        raise Invalid(message, [Fault("", message, remedy, "missing")])
    item = access.get_item(by, item_id, on)
    about |= {"item": item, "resource": item.resource, "department": item.demander}
    return about | {"other": item.provider}


def _lock(about: Mapping[str, Any]) -> None:
    """Of two who open a dispute about the same at once the second sees the first one's."""
    rows: dict[str, QuerySet[Any]] = {
        "origin": Concern.objects.all(),
        "grant": Grant.objects.all(),
        "item": ApplicationItem.objects.all(),
    }
    name = next(name for name in rows if about[name] is not None)
    rows[name].select_for_update(of=("self",)).get(pk=about[name].pk)


def _keys(about: Mapping[str, Any]) -> dict[str, Any]:
    origin = about["origin"]
    if origin is not None:
        return {"origin": origin, "item": origin.item, "grant": origin.grant}
    return {"item": about["item"], "grant": about["grant"]}


def _title(resource: Resource) -> str:
    version = resource.live or resource.versions.order_by("-number").first()
    return (version.title if version else "")[:200]


def _concern(
    kind: Kind, by: Official, department: Department, content: Content, now: datetime
) -> Concern:
    number = Counter.objects.number(PREFIXES[kind], department.region_id, local_day(now))
    return Concern(
        kind=kind.value,
        number=number,
        subject=content.subject,
        text=content.text.strip(),
        evidence=content.evidence.strip(),
        raiser=by,
        department=department,
        created_at=now,
    )


def _raise(
    concern: Concern, content: Content, handler: Department, authority: Department | None,
    now: datetime,
) -> Concern:  # fmt: skip
    """Save it with its first event."""
    by = concern.raiser
    department = concern.department
    if by is None or department is None:
        raise TypeError("only complaints come from nobody")
    event = Raised(
        at=now,
        kind=Kind(concern.kind),
        content_hash=hash_of(content),
        department=department.pk,
        handler=handler.pk,
        authority=authority.pk if authority else None,
    )
    state = fold([event])
    signed = concerns.signature_for(by, state, Part.RAISER, local_day(now))
    return begin(concern, replace(event, by=signed), by=by, now=now)


def begin(concern: Concern, event: Raised, *, by: Official | None, now: datetime) -> Concern:
    """Store a concern with its first event and what follows from it."""
    for name, value in concerns.columns([event], fold([event])).items():
        setattr(concern, name, value)
    concern.event_count = 0
    concern.updated_at = now
    concern.save(force_insert=True)
    store(concern, (), [event], by=by, now=now)
    return concern


def hash_of(content: Content) -> str:
    """SHA-256 over everything that was written."""
    text = json.dumps(asdict(content), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
