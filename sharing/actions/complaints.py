"""Complaints of citizens (article 37, R43): receiving, asking for the state, the contact.

Who complained may stay unknown. A contact is encrypted, read only by the official who handles the
complaint, each reading is recorded, and some time after the end it is erased.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from portal import crypto
from portal.errors import Fault, Forbidden, Invalid, NotAllowed, NotVisible
from portal.ledger.records import record
from portal.organisation.access import department_ids
from portal.organisation.models import Department, Official
from sharing import concerns
from sharing.actions.concerns import locked
from sharing.actions.raising import PREFIXES, Content, begin, content_faults, hash_of
from sharing.approval.clocks import local_day
from sharing.approval.terms import Person, Signature
from sharing.disputes.events import Raised
from sharing.disputes.terms import Kind, Part
from sharing.models import ComplaintContact, Concern, ConcernKind, Counter

LONGEST_CONTACT: Final = 200
_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GROUPS: Final = 4
_GROUP: Final = 4


@dataclass(frozen=True, slots=True)
class Received:
    """A complaint and the code with which its sender asks for its state; it is shown once."""

    concern: Concern
    code: str


@dataclass(frozen=True, slots=True)
class PublicState:
    """What the sender of a complaint is told: nothing of what they wrote, nobody's name."""

    number: str
    status: str
    received_at: datetime
    decided_at: datetime | None
    authority: str
    answer: str


@transaction.atomic
def receive_complaint(
    *, by: Official | None, authority_id: int, text: str, contact: str = "", now: datetime
) -> Received:
    """Take a complaint in: from the public form (``by`` None) or by an official on their behalf.

    Invalid lists every fault. Forbidden for officials without a business post.
    """
    on = local_day(now)
    if by is not None and not department_ids(by, on):
        raise Forbidden(_("You can do this only for a department in which you hold a post."))
    content = Content("", text)
    faults = content_faults(content, ("",))
    authorities = Department.objects.in_office(on).filter(kind=Department.Kind.AUTHORITY)
    authority = authorities.filter(pk=authority_id).first()
    if authority is None:
        message = _("The authority is missing.")
        faults.append(Fault("authority", message, _("Choose one of the list."), "missing"))
    if len(contact) > LONGEST_CONTACT:
        message = _("A text is too long.")
        faults.append(Fault("contact", message, _("Use 200 characters at most."), "too_long"))
    if faults or authority is None:
        raise Invalid(_("The complaint cannot be sent yet."), faults)
    code = _new_code()
    number = Counter.objects.number(PREFIXES[Kind.COMPLAINT], authority.region_id, on)
    concern = Concern(
        kind=ConcernKind.COMPLAINT,
        number=number,
        title=number,
        text=text.strip(),
        raiser=by,
        receipt=receipt_of(code),
        created_at=now,
    )
    event = Raised(
        at=now,
        kind=Kind.COMPLAINT,
        content_hash=hash_of(content),
        by=Signature(Person(by.pk, by.full_name)) if by else None,
        authority=authority.pk,
    )
    begin(concern, event, by=by, now=now)
    if contact.strip():
        ComplaintContact.objects.create(concern=concern, sealed=_sealed(concern, contact.strip()))
    return Received(concern, code)


def state_of_complaint(code: str) -> PublicState:
    """The state of the complaint with this receipt code; NotVisible for any other code."""
    found = (
        Concern.objects.filter(kind=ConcernKind.COMPLAINT, receipt=receipt_of(code))
        .select_related("authority")
        .first()
    )
    if found is None or found.authority is None:
        raise NotVisible(_("There is no complaint with this code."))
    last = found.events.order_by("seq").last()
    answered = last is not None and last.kind in {"answered", "not_accepted"}
    return PublicState(
        number=found.number,
        status=str(found.get_status_display()),
        received_at=found.created_at,
        decided_at=found.decided_at,
        authority=found.authority.name,
        answer=last.data["text"] if last is not None and answered else "",
    )


@transaction.atomic
def read_contact(*, by: Official, concern_id: object, now: datetime) -> str:
    """The contact of a complaint, for the official who handles it; the reading is recorded.

    NotVisible, Forbidden for everybody else, NotAllowed where there is none or none any more.
    """
    on = local_day(now)
    concern = locked(concerns.get_concern(by, str(concern_id), on).pk)
    state = concerns.load(concern).state
    if Part.ASSIGNEE not in concerns.actor_for(by, state, on).parts:
        raise Forbidden(_("Only the official who handles the complaint reads the contact."))
    contact = ComplaintContact.objects.filter(concern=concern).first()
    if contact is None or contact.sealed is None:
        raise NotAllowed(
            _("There is no contact, or it was erased."),
            remedy=_("The sender reads the answer with the receipt code."),
            code="no_contact",
        )
    signed = concerns.signature_for(by, state, Part.ASSIGNEE, on)
    record(
        "complaint.contact_read",
        by=by,
        obj=concern,
        now=now,
        label=concern.number,
        acting_for=signed.acting_for.name if signed.acting_for else "",
        departments=concern.involved,
        article="37",
    )
    plain = crypto.decrypt(contact.sealed, settings.FIELD_KEYS, context=_context(concern))
    return plain.decode()


def erase_contacts(now: datetime) -> int:
    """Erase contacts of complaints that ended long enough ago; return how many."""
    limit = now - timedelta(days=settings.COMPLAINT_CONTACT_DAYS)
    due = ComplaintContact.objects.filter(
        Q(concern__decided_at__lte=limit), sealed__isnull=False
    ).order_by("pk")
    return sum(_erase(pk, now) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _erase(pk: int, now: datetime) -> bool:
    contact = ComplaintContact.objects.select_for_update(of=("self",)).get(pk=pk)
    if contact.sealed is None:
        return False
    contact.sealed, contact.erased_at = None, now
    contact.save(update_fields=["sealed", "erased_at"])
    record(
        "complaint.contact_erased",
        by=None,
        obj=contact.concern,
        now=now,
        label=contact.concern.number,
        departments=contact.concern.involved,
    )
    return True


def receipt_of(code: str) -> str:
    """What is stored of a receipt code; case, spaces and dashes do not matter."""
    plain = re.sub(r"[\s-]", "", code).upper()
    return salted_hmac("sharing.complaint.receipt", plain, algorithm="sha256").hexdigest()


def _new_code() -> str:
    groups = ("".join(secrets.choice(_LETTERS) for _n in range(_GROUP)) for _m in range(_GROUPS))
    return "-".join(groups)


def _sealed(concern: Concern, contact: str) -> bytes:
    return crypto.encrypt(contact.encode(), settings.FIELD_KEYS, context=_context(concern))


def _context(concern: Concern) -> str:
    return f"complaint-contact:{concern.pk}"
