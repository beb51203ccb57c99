"""Who somebody is: the posts they hold or stand in for, and the departments behind them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from django.db import connection
from django.http import HttpRequest

from portal.organisation.models import (
    ADMIN_ROLES,
    Department,
    Official,
    Role,
)


class ClosedSignUpAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by the system administrator, never by visitors."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        del request
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Axes counts wrong passwords by account and address; a count by account alone would let
        anybody lock out anybody. Wrong codes of the second factor are counted by allauth.
        """


@dataclass(frozen=True)
class HeldPost:
    """A post in force for somebody, held or filled in as a substitute."""

    department_id: int
    department_name: str
    region_id: str
    role: str
    acting_for_id: int | None = None
    acting_for_name: str = ""


# Asked several times in every request and action: written out, because putting the two queries
# together with the ORM took four times as long as answering them. The periods are those of
# ``PostQuerySet.held_on`` and ``SubstitutionQuerySet.in_force``.
_HELD: Final = """
WITH stood_in_for AS (
    SELECT DISTINCT principal_id FROM organisation_substitution s
    JOIN organisation_official o ON o.id = s.substitute_id AND o.is_active
    WHERE s.substitute_id = %(official)s AND s.revoked_at IS NULL
      AND %(on)s::date BETWEEN s.valid_from AND s.valid_until
)
SELECT p.department_id, d.name, d.region_id, p.role,
       CASE WHEN own THEN NULL ELSE p.official_id END, CASE WHEN own THEN '' ELSE o.full_name END
FROM (
    SELECT p.*, true AS own FROM organisation_post p WHERE p.official_id = %(official)s
    UNION ALL
    SELECT p.*, false FROM organisation_post p JOIN stood_in_for ON principal_id = p.official_id
    WHERE p.role <> ALL(%(never)s)
) p
JOIN organisation_official o ON o.id = p.official_id AND o.is_active
JOIN organisation_department d ON d.id = p.department_id
WHERE p.valid_from <= %(on)s AND (p.valid_until IS NULL OR p.valid_until >= %(on)s)
ORDER BY own DESC, p.department_id, p.role, p.id
"""


def held_posts(official: Official, on: date) -> tuple[HeldPost, ...]:
    """All posts ``official`` may act in on the day ``on``: own ones first, then substitutions.

    An inactive account holds none. Administrator posts are never acted in by a substitute.
    """
    if not official.is_active:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(
            _HELD,
            {"official": official.pk, "on": on, "never": [role.value for role in ADMIN_ROLES]},
        )
        return tuple(HeldPost(*row) for row in cursor.fetchall())


def department_ids(official: Official, on: date) -> set[int]:
    """Departments the official belongs to through a business post, with their superior units.

    Who works in a department also works for those that it took over from: their applications,
    grants and history go on with it.
    """
    if not official.is_active:
        return set()
    ids = {post.department_id for post in held_posts(official, on) if post.role not in ADMIN_ROLES}
    return works_for(ids, on)


_WORKS_FOR: Final = """
WITH RECURSIVE known AS (
    SELECT unnest(%(ids)s::bigint[]) AS id
    UNION
    SELECT further.id FROM known CROSS JOIN LATERAL (
        SELECT d.parent_id AS id FROM organisation_department d
        WHERE d.id = known.id AND d.parent_id IS NOT NULL
        UNION ALL
        SELECT d.id FROM organisation_department d
        WHERE d.successor_id = known.id AND d.valid_until <= %(on)s
    ) further
)
SELECT id FROM known
"""


def works_for(department_ids: Iterable[int], on: date) -> set[int]:
    """These departments, the ones whose units they are, and those that they took over from by ``on``."""
    with connection.cursor() as cursor:
        cursor.execute(_WORKS_FOR, {"ids": list(department_ids), "on": on})
        return {pk for (pk,) in cursor.fetchall()}


def taken_over(department_ids: Iterable[int], on: date) -> dict[int, set[int]]:
    """Departments gone by the day ``on`` whose (main) successor is one of these, transitively.

    Departments that took over from nobody are left out; one query for most.
    """
    owner = {pk: pk for pk in department_ids}
    found: dict[int, set[int]] = {}
    level = set(owner)
    while level:
        rows = Department.objects.filter(successor__in=level, valid_until__lte=on).order_by()
        level = set()
        for pk, successor in rows.values_list("pk", "successor_id"):
            if pk not in owner:
                owner[pk] = owner[successor]
                found.setdefault(owner[pk], set()).add(pk)
                level.add(pk)
    return found


def has_role(official: Official, roles: Iterable[str], on: date) -> bool:
    """Whether the official holds one of ``roles`` anywhere (as a substitute too)."""
    wanted = set(roles)
    return any(post.role in wanted for post in held_posts(official, on))


def is_auditor(official: Official, on: date) -> bool:
    """Whether the official reads the whole ledger."""
    return has_role(official, [Role.AUDITADMIN], on)


def is_administrator(official: Official, on: date) -> bool:
    """Whether the official is one of the three administrators, who do no business (R35)."""
    return has_role(official, ADMIN_ROLES, on)


OPENING_ROLES = (*ADMIN_ROLES, Role.AUTHORITY_REVIEWER, Role.AUTHORITY_HEAD, Role.STEWARD)
"""Posts whose holders work in the administration pages; nobody else can open them."""


def opens_administration(roles: Iterable[str]) -> bool:
    """Whether somebody with these roles may open the administration (``Official.is_staff``)."""
    return not set(OPENING_ROLES).isdisjoint(roles)
