"""Saying which code rule holds in a region (R02)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog import codes
from catalog.cases import AUTHORITY_ROLES
from catalog.models import RegionCodeRule
from portal.errors import Fault, Forbidden, Invalid
from portal.ledger.records import record
from portal.organisation.access import held_posts
from portal.organisation.models import Official, Region


@transaction.atomic
def save_code_rule(
    *, by: Official | None, region: Region, rule: str, note: str = "", now: datetime
) -> RegionCodeRule:
    """Let ``rule`` hold in the region from now on; codes given before stay as they are.

    Forbidden unless ``by`` belongs to the authority of the region or of one above; Invalid for a
    rule that does not exist.
    """
    _refuse_strangers(by, region, now)
    if rule not in codes.names():
        message = _("There is no code rule “%(name)s”.") % {"name": rule}
        remedy = _("Choose one of: %(names)s") % {"names": ", ".join(codes.names())}
        raise Invalid(message, [Fault("rule", message, remedy, "unknown")])
    before = RegionCodeRule.objects.select_for_update().filter(region=region).first()
    saved, _made = RegionCodeRule.objects.update_or_create(
        region=region, defaults={"rule": rule, "note": note.strip()[:300]}
    )
    record(
        "code_rule.changed" if before else "code_rule.added",
        by=by,
        obj=saved,
        now=now,
        data={"region": region.pk, "before": before.rule if before else None, "after": rule},
    )
    return saved


@transaction.atomic
def remove_code_rule(*, by: Official | None, region: Region, now: datetime) -> None:
    """Let the rule of the region above hold again; nothing happens where there is none of its own."""
    _refuse_strangers(by, region, now)
    kept = RegionCodeRule.objects.select_for_update().filter(region=region).first()
    if kept is None:
        return
    record(
        "code_rule.removed", by=by, obj=kept, now=now,
        data={"region": region.pk, "before": kept.rule, "after": None},
    )  # fmt: skip
    kept.delete()


def _refuse_strangers(by: Official | None, region: Region, now: datetime) -> None:
    if by is None:
        return
    posts = held_posts(by, timezone.localdate(now))
    places = [post.region_id for post in posts if post.role in AUTHORITY_ROLES]
    if not any(own.contains(region) for own in Region.objects.filter(pk__in=places)):
        raise Forbidden(
            _("Only the authority of the region or of one above sets its code rule."),
            remedy=_("Ask the competent authority of the region."),
        )
