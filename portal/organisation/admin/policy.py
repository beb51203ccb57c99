"""Who may do what in the administration: a table of role, model and acts; nothing else decides.

The three administrators have separate powers (R35): the system administrator keeps accounts,
departments and the calendar, but appoints nobody and reads no ledger; the security administrator
appoints, locks and revokes, but makes no account; the audit administrator reads the ledger and
changes nothing. Business roles see here what they need to look up. Django's own model permissions
and ``is_superuser`` are not asked: an installation's first account (``createsuperuser``) may do what
system and security administrators may, to appoint the real ones; it sees no business data.
"""

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from django.http import HttpRequest
from django.utils import timezone

from portal.organisation.access import held_posts
from portal.organisation.models import Official, Role


class Act(StrEnum):
    """What can be done with the rows of a model."""

    VIEW = "view"
    ADD = "add"
    CHANGE = "change"
    DELETE = "delete"
    IMPORT = "import"
    EXPORT = "export"


Acts = frozenset[Act]

LOOK: Final = frozenset({Act.VIEW})
KEEP: Final = frozenset({Act.VIEW, Act.ADD, Act.CHANGE})
KEEP_BY_FILE: Final = KEEP | {Act.IMPORT, Act.EXPORT}
CORRECT: Final = frozenset({Act.VIEW, Act.CHANGE})

_AUTHORITY: Final = (Role.AUTHORITY_REVIEWER, Role.AUTHORITY_HEAD)
_BUSINESS_LOOK: Final[Mapping[str, Acts]] = dict.fromkeys((*_AUTHORITY, Role.STEWARD), LOOK)

POLICY: Final[Mapping[str, Mapping[str, Acts]]] = {
    "organisation.region": {
        Role.SYSADMIN: KEEP, Role.SECADMIN: LOOK, **_BUSINESS_LOOK,
    },
    "organisation.department": {
        Role.SYSADMIN: KEEP_BY_FILE, Role.SECADMIN: LOOK, **_BUSINESS_LOOK,
    },
    "organisation.departmentchange": {
        Role.SYSADMIN: KEEP, Role.SECADMIN: LOOK, **_BUSINESS_LOOK,
    },
    "organisation.official": {
        Role.SYSADMIN: KEEP_BY_FILE,
        Role.SECADMIN: CORRECT,  # locks accounts and gives posts; edits no field (EDITABLE)
    },
    "organisation.post": {Role.SYSADMIN: LOOK, Role.SECADMIN: KEEP},
    "organisation.substitution": {Role.SYSADMIN: LOOK, Role.SECADMIN: KEEP},
    "organisation.apitoken": {Role.SECADMIN: LOOK},
    "worktime.holiday": {Role.SYSADMIN: KEEP_BY_FILE | {Act.DELETE}, **_BUSINESS_LOOK},
    "worktime.calendaryear": {Role.SYSADMIN: KEEP, **_BUSINESS_LOOK},
    "worktime.deadlinerule": {Role.SYSADMIN: KEEP, **_BUSINESS_LOOK},
    "ledger.entry": {Role.AUDITADMIN: LOOK},
    "ledger.seal": {Role.AUDITADMIN: LOOK},
    "ledger.checkpoint": {Role.AUDITADMIN: LOOK},
    "catalog.synonymgroup": {
        **dict.fromkeys(_AUTHORITY, KEEP | {Act.DELETE}), Role.STEWARD: LOOK, Role.SECADMIN: LOOK,
    },
    "catalog.harvestsource": dict.fromkeys(_AUTHORITY, KEEP),  # of their own authority
    "catalog.qualitymeasure": {
        **dict.fromkeys(_AUTHORITY, CORRECT), Role.STEWARD: LOOK, Role.SECADMIN: LOOK,
    },
    "catalog.regioncoderule": {
        **dict.fromkeys(_AUTHORITY, KEEP | {Act.DELETE}), Role.STEWARD: LOOK, Role.SYSADMIN: LOOK,
    },
    "portal.outboxmessage": {Role.SYSADMIN: LOOK},
    "axes.accessattempt": {Role.SECADMIN: LOOK | {Act.DELETE}},  # deleting one lifts a lock-out
    "axes.accessfailurelog": {Role.SECADMIN: LOOK, Role.AUDITADMIN: LOOK},
    "axes.accesslog": {Role.SECADMIN: LOOK, Role.AUDITADMIN: LOOK},
}  # fmt: skip
"""Acts by model and role. A model that is not named can be used by nobody."""

EDITABLE: Final[Mapping[str, Mapping[str, Collection[str]]]] = {
    "organisation.official": {
        Role.SYSADMIN: ("username", "full_name", "email", "department", "language"),
    },
}
"""Fields that a role may edit, for models where not everybody who may change may change all."""

FIRST_ACCOUNT: Final = frozenset({Role.SYSADMIN.value, Role.SECADMIN.value})
"""Whose powers the account made with ``createsuperuser`` has."""


def roles_of(request: HttpRequest) -> frozenset[str]:
    """The roles the person at the other end may act in today; read once a request."""
    kept: frozenset[str] | None = getattr(request, "roles_in_admin", None)
    if kept is None:
        kept = _roles(request.user, timezone.localdate())
        request.roles_in_admin = kept  # type: ignore[attr-defined]
    return kept


def _roles(user: object, on: date) -> frozenset[str]:
    if not isinstance(user, Official) or not user.is_active:
        return frozenset()
    roles = frozenset(post.role for post in held_posts(user, on))
    return roles | FIRST_ACCOUNT if user.is_superuser else roles


def may(roles: Collection[str], model: str, act: Act) -> bool:
    """Whether somebody with ``roles`` may do ``act`` with the rows of ``model`` (app.name)."""
    rights = POLICY.get(model, {})
    return any(act in rights.get(role, ()) for role in roles)


def editable_fields(roles: Collection[str], model: str) -> frozenset[str] | None:
    """Fields these roles may edit; None where every field may be."""
    by_role = EDITABLE.get(model)
    if by_role is None:
        return None
    return frozenset(name for role in roles for name in by_role.get(role, ()))
