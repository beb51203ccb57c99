"""Administration of the catalog: a client of the actions. Stewards see their department's own."""

from catalog.admin.census import InformationSystemAdmin
from catalog.admin.classification import ClassificationAdmin
from catalog.admin.codes import RegionCodeRuleAdmin
from catalog.admin.harvests import HarvestSourceAdmin
from catalog.admin.matters import ServiceItemAdmin
from catalog.admin.quality import QualityMeasureAdmin
from catalog.admin.resources import ResourceAdmin
from catalog.admin.sources import AttachmentAdmin, DataSourceAdmin
from catalog.admin.synonyms import SynonymGroupAdmin
from catalog.admin.versions import ResourceVersionAdmin

__all__ = [
    "AttachmentAdmin",
    "ClassificationAdmin",
    "DataSourceAdmin",
    "HarvestSourceAdmin",
    "InformationSystemAdmin",
    "QualityMeasureAdmin",
    "RegionCodeRuleAdmin",
    "ResourceAdmin",
    "ResourceVersionAdmin",
    "ServiceItemAdmin",
    "SynonymGroupAdmin",
]
