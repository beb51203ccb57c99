"""Models of the catalog."""

from catalog.models.attachments import Attachment, DataSource
from catalog.models.classification import Classification
from catalog.models.permissions import ResourceGroupObjectPermission, ResourceUserObjectPermission
from catalog.models.resources import Resource, ResourceQuerySet
from catalog.models.search import ResourceSearch
from catalog.models.terms import (
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
    "Attachment", "Classification", "DataItem", "DataSource", "DataType", "FormatClass", "Grade",
    "Mode", "OpenType", "Resource", "ResourceGroupObjectPermission", "ResourceQuerySet",
    "ResourceSearch", "ResourceStatus", "ResourceUserObjectPermission", "ResourceVersion",
    "SharingType", "UpdateCycle", "VersionStatus", "Visibility",
]
