"""Models of the organisation."""

from portal.organisation.models.changes import (
    ChangeKind,
    ChangeReceiver,
    ChangeStatus,
    DepartmentChange,
    FormerName,
)
from portal.organisation.models.departments import Department, DepartmentQuerySet
from portal.organisation.models.officials import Official, OfficialManager
from portal.organisation.models.posts import (
    ADMIN_ROLES,
    LeaveKind,
    Post,
    PostQuerySet,
    Role,
    Substitution,
    SubstitutionQuerySet,
)
from portal.organisation.models.regions import Region, RegionQuerySet
from portal.organisation.models.tokens import ApiToken, Scope

__all__ = [
    "ADMIN_ROLES",
    "ApiToken",
    "ChangeKind",
    "ChangeReceiver",
    "ChangeStatus",
    "Department",
    "DepartmentChange",
    "DepartmentQuerySet",
    "FormerName",
    "LeaveKind",
    "Official",
    "OfficialManager",
    "Post",
    "PostQuerySet",
    "Region",
    "RegionQuerySet",
    "Role",
    "Scope",
    "Substitution",
    "SubstitutionQuerySet",
]
