"""The catalogs that are harvested: who looks after them, and what a source may be."""

from collections.abc import Iterator
from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.cases import AUTHORITY_ROLES
from catalog.harvest.fetching import checked_address
from catalog.harvest.problems import HarvestProblem, not_allowed
from catalog.models import HarvestRun, HarvestSource
from portal.errors import Fault, Forbidden, Invalid
from portal.hosts import HostNotAllowed, HostUnknown, resolve
from portal.ledger.records import difference, record
from portal.navigation import roles_of
from portal.organisation.access import held_posts
from portal.organisation.models import Department, Official

FIELDS = (
    "authority", "name", "kind", "address", "mapping", "provider", "schedule", "apply_new",
    "apply_changed", "apply_gone", "active",
)  # fmt: skip
_MEANING = {"kind", "address", "mapping", "provider"}
"""What a person accepted a first run with; another value needs another first run."""


def authorities_of(official: Official, on: date) -> set[int]:
    """Competent authorities for which the official may harvest."""
    return {post.department_id for post in held_posts(official, on) if post.role in AUTHORITY_ROLES}


def sources_of(official: Official, on: date) -> QuerySet[HarvestSource]:
    """Sources that the official looks after."""
    return HarvestSource.objects.filter(authority__in=authorities_of(official, on))


def may_harvest(official: Official) -> bool:
    """Whether the navigation shows the harvest."""
    return not roles_of(official, timezone.localdate()).isdisjoint(AUTHORITY_ROLES)


@transaction.atomic
def save_source(*, by: Official | None, source: HarvestSource, now: datetime) -> HarvestSource:
    """Save a new or changed source; nothing is recorded when nothing changed.

    Forbidden for officials of another authority. Invalid lists every fault, such as a host that is
    not allowed. Another address or another way to departments needs a first run again.
    """
    before = HarvestSource.objects.select_for_update().filter(pk=source.pk).first()
    own = {source.authority_id, before.authority_id if before else source.authority_id}
    if by is not None and not own <= authorities_of(by, timezone.localdate(now)):
        raise Forbidden(
            _("Only the reviewers and the head of the competent authority harvest for it."),
            remedy=_("Ask them."),
        )
    source.address = source.address.strip()
    if faults := list(_faults(source)):
        raise Invalid(_("The source cannot be saved like this."), faults)
    changed = difference(before, source, FIELDS)
    if not changed["after"]:
        return source
    if before is not None and not _MEANING.isdisjoint(changed["after"]):
        source.agreed_at = None
        _forget_progress(source)
    source.save(force_insert=before is None)
    record(
        "harvest_source.changed" if before else "harvest_source.added",
        by=by,
        obj=source,
        now=now,
        departments=[source.authority_id],
        data=changed,
    )
    return source


def _forget_progress(source: HarvestSource) -> None:
    """A run that stopped does not go on at another address."""
    for run in source.runs.filter(status=HarvestRun.Status.FAILED):
        run.problem = run.problem | {"at": ""}
        run.save(update_fields=["problem"])


def _faults(source: HarvestSource) -> Iterator[Fault]:
    try:
        source.full_clean()
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            for message in messages:
                place = "" if name == "__all__" else name
                yield Fault(place, message, _("Correct it and save again."))
    if source.authority.kind != Department.Kind.AUTHORITY:
        yield Fault(
            "authority",
            _("This department is not a competent authority."),
            _("Choose the competent authority of a region."),
            "not_authority",
        )
    elif source.provider and not source.authority.region.contains(source.provider.region):
        yield Fault(
            "provider",
            _("The department does not belong to the region of the authority."),
            _("Choose a department of the region or of one below it."),
            "outside",
        )
    if source.address:
        yield from address_faults(source.address)


def address_faults(address: str) -> Iterator[Fault]:
    """What keeps the address from being asked: its form, or its host."""
    try:
        parts = checked_address(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        resolve(parts.hostname or "", port, settings.HARVEST_HOSTS)
    except HarvestProblem as problem:
        yield Fault("address", problem.message, problem.remedy, problem.reason)
    except HostNotAllowed as error:
        refused = not_allowed(error.host)
        yield Fault("address", refused.message, refused.remedy, refused.reason)
    except HostUnknown:
        yield Fault(
            "address",
            _("There is no host of this name."),
            _("Check the spelling, or ask the system administrator for the name server."),
            "unknown_host",
        )
