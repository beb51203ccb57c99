"""Models of the catalog."""

from catalog.models.attachments import Attachment, DataSource
from catalog.models.classification import Classification
from catalog.models.imports import ImportRun
from catalog.models.intakes import Intake, IntakeRow
from catalog.models.numbering import CodeSeries
from catalog.models.permissions import ResourceGroupObjectPermission, ResourceUserObjectPermission
from catalog.models.resources import Resource, ResourceQuerySet
from catalog.models.search import ResourceSearch, ResourceWords
from catalog.models.terms import (
    SHOWN_STATUSES,
    DataType,
    FormatClass,
    Grade,
    Mode,
    OpenType,
    ResourceStatus,
    SharingType,
    UpdateCycle,
    VersionStatus,
    Visibility,
)
from catalog.models.versions import DataItem, ResourceVersion

__all__ = [
    "SHOWN_STATUSES",
    "Attachment",
    "Classification",
    "CodeSeries",
    "DataItem",
    "DataSource",
    "DataType",
    "FormatClass",
    "Grade",
    "ImportRun",
    "Intake",
    "IntakeRow",
    "Mode",
    "OpenType",
    "Resource",
    "ResourceGroupObjectPermission",
    "ResourceQuerySet",
    "ResourceSearch",
    "ResourceStatus",
    "ResourceUserObjectPermission",
    "ResourceVersion",
    "ResourceWords",
    "SharingType",
    "UpdateCycle",
    "VersionStatus",
    "Visibility",
]
