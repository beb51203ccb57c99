"""Telling officials what concerns them. The texts are in notice_kinds.py; data is never told."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.urls import reverse

from portal import gathering
from portal.notices.actions import notify
from portal.organisation.models import Official, Role
from sharing import access
from sharing.approval.clocks import local_day
from sharing.models import ApplicationItem, Delivery, Grant, Pull

TO_REVIEW: Final = frozenset({
    "item.to_sign", "item.to_know", "item.handed_over", "item.to_prepare", "item.prepared",
    "item.to_cosign", "item.opinion_asked", "item.opinion_given", "item.copied", "item.urged",
    "item.extension_asked", "item.extension_granted", "item.extension_refused",
})  # fmt: skip
"""Notices whose readers have something to do, or know, on the page where a case is decided."""


def tell_about_item(
    item: ApplicationItem, kind: str, people: Iterable[int], *, now: datetime, **params: str
) -> None:
    """Tell ``people`` (ids) about an item: holders get the page to decide, others the application."""
    page = "review" if kind in TO_REVIEW else "application"
    target = item.pk if page == "review" else item.application_id
    notify(
        kind,
        officials=_active(people),
        params={
            "number": item.application.number,
            "title": item.version.title,
            "department": item.application.department.name,
            **params,
        },
        url=_address(page, target),
        now=now,
    )


def tell_recipients(grant: Grant, kind: str, *, now: datetime, **params: str) -> None:
    """Tell the applicant and the sharing office of the department that received the grant."""
    office = access.holders(grant.department_id, [Role.SHARING_OFFICE_HEAD], local_day(now))
    people = {grant.item.application.applicant_id, *office}
    _about_grant(grant, kind, people, now=now, params=params)


def tell_provider(grant: Grant, kind: str, *, now: datetime, **params: str) -> None:
    """Tell the stewards of the department that provides the data."""
    people = access.holders(grant.resource.provider_id, [Role.STEWARD], local_day(now))
    _about_grant(grant, kind, people, now=now, params=params)


def tell_heads(grant: Grant, kind: str, *, now: datetime, **params: str) -> None:
    """Tell the heads of the provider's sharing office."""
    roles = [Role.SHARING_OFFICE_HEAD]
    people = access.holders(grant.resource.provider_id, roles, local_day(now))
    _about_grant(grant, kind, people, now=now, params=params)


def tell_filing_authority(grant: Grant, kind: str, *, now: datetime, **params: str) -> None:
    """Tell the authority of the provider's level, which files what providers change (R24)."""
    people = access.authority_of(grant.resource.provider.region, local_day(now))
    _about_grant(grant, kind, people, now=now, params=params)


def tell_of_delivery(delivery: Delivery, requested_by: int | None, *, now: datetime) -> None:
    """Tell who asked for it, or else the applicant, that data has arrived."""
    grant = delivery.grant
    notify(
        "delivery.published",
        officials=_active({requested_by or grant.item.application.applicant_id}),
        params={"number": delivery.number, "title": grant.version.title, "rows": delivery.rows},
        url=_address("delivery", delivery.pk),
        now=now,
    )


def tell_of_failure(pull: Pull, *, now: datetime) -> None:
    """Tell who asked and the provider's stewards that a pull was given up, and why."""
    grant = pull.grant
    stewards = access.holders(grant.resource.provider_id, [Role.STEWARD], local_day(now))
    people = {pull.requested_by_id or grant.item.application.applicant_id, *stewards}
    params = {"code": pull.failure_code, "detail": pull.failure_detail}
    _about_grant(grant, "pull.given_up", people, now=now, params=params)


def _about_grant(
    grant: Grant, kind: str, people: Iterable[int], *, now: datetime, params: Mapping[str, object]
) -> None:
    notify(
        kind,
        officials=_active(people),
        params={"number": grant.number, "title": grant.version.title, **params},
        url=_address("grant", grant.pk),
        now=now,
    )


def _active(people: Iterable[int]) -> list[Official]:
    found = remember_people(people)
    return [found[pk] for pk in sorted(found)]


def remember_people(people: Iterable[int]) -> dict[int, Official]:
    """Those of ``people`` (ids) who can still sign in."""
    return gathering.remember_each("sharing.officials", people, _read_people)


def _read_people(people: set[int]) -> dict[int, Official]:
    return Official.objects.filter(is_active=True).in_bulk(list(people))


def _address(page: str, target: UUID) -> str:
    return reverse(f"sharing:{page}", args=[target])
