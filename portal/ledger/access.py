"""Who reads which ledger entries: the audit administrator all, others those of their departments."""

from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.errors import Forbidden, NotVisible
from portal.ledger.models import Entry
from portal.organisation.access import department_ids, is_auditor
from portal.organisation.models import Official


def entries_visible_to(official: Official, on: date) -> QuerySet[Entry]:
    """The entries the official may read. Forbidden for who may read none, such as other administrators.

    Rank does not help: heads, security administrators and superusers read no more than their
    departments' entries.
    """
    if is_auditor(official, on):
        return Entry.objects.all()
    departments = sorted(department_ids(official, on))
    if not departments:
        raise Forbidden(
            _("Your posts do not include reading the ledger."),
            remedy=_("The audit administrator reads all of it, departments what concerns them."),
        )
    return Entry.objects.filter(departments__overlap=departments)


def get_visible(official: Official, entry_id: int, on: date) -> Entry:
    """One entry; NotVisible if there is none or the official may not read it."""
    visible = entries_visible_to(official, on).filter(pk=entry_id)
    entry = visible.select_related("seal", "actor").first()
    if entry is None:
        raise NotVisible(_("There is no such entry."))
    return entry


def reads(official: Official, on: date) -> bool:
    """Whether the official may read any part of the ledger."""
    return is_auditor(official, on) or bool(department_ids(official, on))
