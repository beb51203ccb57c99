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
from catalog.models.drift import DriftReport, SourceCheck
from catalog.models.duties import DutyChange, DutyKind, RequiredUpdate, UpdateOutcome
from catalog.models.following import FollowedEntry, SavedHit, SavedSearch
from catalog.models.harvests import HarvestedEntry, HarvestRecord, HarvestRun, HarvestSource
from catalog.models.imports import ImportRun
from catalog.models.intakes import Intake, IntakeRow
from catalog.models.matters import MatterKind, MatterState, ServiceItem, ServiceItemNeed
from catalog.models.numbering import CodeSeries, RegionCodeRule
from catalog.models.permissions import ResourceGroupObjectPermission, ResourceUserObjectPermission
from catalog.models.quality import (
    Dimension,
    EntryQuality,
    QualityMeasure,
    QualitySnapshot,
)
from catalog.models.resources import Resource, ResourceQuerySet
from catalog.models.reviews import UNDER_REVIEW, PublicationReview, ReviewCheck, ReviewStep
from catalog.models.search import ResourceSearch, ResourceUse, ResourceWords, SearchGone
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
from catalog.models.transfers import OPEN_TRANSFERS, EntryTransfer, TransferStatus
from catalog.models.versions import DataItem, ResourceVersion

__all__ = [
    "OPEN_DEMANDS",
    "OPEN_TRANSFERS",
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
    "Dimension",
    "DriftReport",
    "DutyChange",
    "DutyKind",
    "EntryQuality",
    "EntryTransfer",
    "FollowedEntry",
    "FormatClass",
    "Grade",
    "HarvestRecord",
    "HarvestRun",
    "HarvestSource",
    "HarvestedEntry",
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
    "QualityMeasure",
    "QualitySnapshot",
    "RefusalType",
    "RegionCodeRule",
    "RequiredUpdate",
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
    "SearchGone",
    "SecrecyMark",
    "ServiceItem",
    "ServiceItemNeed",
    "SharingType",
    "SourceCheck",
    "SynonymGroup",
    "SystemState",
    "TransferStatus",
    "UpdateCycle",
    "UpdateOutcome",
    "VersionStatus",
    "Visibility",
    "WantedMode",
]
