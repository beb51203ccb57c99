"""Models of the catalog."""

from catalog.models.attachments import Attachment, DataSource
from catalog.models.census import InformationSystem, LinkStatus, Network, SystemState
from catalog.models.classification import Classification
from catalog.models.collecting import (
    CheckState,
    CollectionCheck,
    CollectionField,
    CollectionMatch,
)
from catalog.models.demands import (
    OPEN_DEMANDS,
    Demand,
    DemandStatus,
    DemandStep,
    RefusalType,
    WantedMode,
)
from catalog.models.following import FollowedEntry, SavedHit, SavedSearch
from catalog.models.imports import ImportRun
from catalog.models.intakes import Intake, IntakeRow
from catalog.models.matters import MatterKind, MatterState, ServiceItem, ServiceItemNeed
from catalog.models.numbering import CodeSeries, RegionCodeRule
from catalog.models.permissions import ResourceGroupObjectPermission, ResourceUserObjectPermission
from catalog.models.resources import Resource, ResourceQuerySet
from catalog.models.reviews import UNDER_REVIEW, PublicationReview, ReviewCheck, ReviewStep
from catalog.models.search import ResourceSearch, ResourceUse, ResourceWords
from catalog.models.synonyms import SynonymGroup
from catalog.models.terms import (
    SHOWN_STATUSES,
    CheckKind,
    CheckOutcome,
    DataType,
    FormatClass,
    Grade,
    Mode,
    OpenType,
    ResourceStatus,
    ReviewStatus,
    SecrecyMark,
    SharingType,
    UpdateCycle,
    VersionStatus,
    Visibility,
)
from catalog.models.versions import DataItem, ResourceVersion

__all__ = [
    "OPEN_DEMANDS",
    "SHOWN_STATUSES",
    "UNDER_REVIEW",
    "Attachment",
    "CheckKind",
    "CheckOutcome",
    "CheckState",
    "Classification",
    "CodeSeries",
    "CollectionCheck",
    "CollectionField",
    "CollectionMatch",
    "DataItem",
    "DataSource",
    "DataType",
    "Demand",
    "DemandStatus",
    "DemandStep",
    "FollowedEntry",
    "FormatClass",
    "Grade",
    "ImportRun",
    "InformationSystem",
    "Intake",
    "IntakeRow",
    "LinkStatus",
    "MatterKind",
    "MatterState",
    "Mode",
    "Network",
    "OpenType",
    "PublicationReview",
    "RefusalType",
    "RegionCodeRule",
    "Resource",
    "ResourceGroupObjectPermission",
    "ResourceQuerySet",
    "ResourceSearch",
    "ResourceStatus",
    "ResourceUse",
    "ResourceUserObjectPermission",
    "ResourceVersion",
    "ResourceWords",
    "ReviewCheck",
    "ReviewStatus",
    "ReviewStep",
    "SavedHit",
    "SavedSearch",
    "SecrecyMark",
    "ServiceItem",
    "ServiceItemNeed",
    "SharingType",
    "SynonymGroup",
    "SystemState",
    "UpdateCycle",
    "VersionStatus",
    "Visibility",
    "WantedMode",
]
