"""Which code rule holds where, and which codes do not follow theirs (R02)."""

from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q

from catalog.codes import CodePlace, CodeRule, rule_named
from catalog.models import CodeSeries, RegionCodeRule, Resource, ResourceQuerySet, ResourceVersion
from portal.organisation.models import Region


def rule_for(region: Region) -> CodeRule:
    """The rule of the nearest region upwards that has one, else that of the setting."""
    return rules_for([region])[region.pk]


def rules_for(regions: Iterable[Region]) -> dict[str, CodeRule]:
    """The rule of each region, by its code; one query."""
    own = dict(RegionCodeRule.objects.values_list("region", "rule"))
    return {region.pk: _nearest(region, own) for region in regions}


def _nearest(region: Region, own: dict[str, str]) -> CodeRule:
    codes = (region.pk, *region.superior_codes())
    names = (own[code] for code in codes if code in own)
    return rule_named(next(names, settings.RESOURCE_CODE_RULE))


def next_code(version: ResourceVersion) -> str:
    """A code for the entry of the version, by the rule of its provider's region.

    Two at once wait for each other at the counter; codes that came from elsewhere are passed over.
    """
    region = version.resource.provider.region
    rule, node = rule_for(region), version.classification
    place = CodePlace(node.code if node else "", region.pk)
    while True:
        code = rule.compose(place, CodeSeries.objects.next_number(rule.series(place)))
        if not Resource.objects.filter(code=code).exists():
            return code


def nonconforming(entries: ResourceQuerySet) -> ResourceQuerySet:
    """Those of the entries whose code could not have been made by the rule of their region."""
    coded = entries.filter(code__isnull=False)
    regions = Region.objects.filter(departments__resources__isnull=False).distinct()
    by_pattern: dict[str, list[str]] = defaultdict(list)
    for code, rule in rules_for(regions).items():
        by_pattern[rule.pattern.pattern].append(code)
    misfits = Q(pk__in=[])
    for pattern, codes in by_pattern.items():
        misfits |= Q(provider__region__in=codes) & ~Q(code__regex=f"^(?:{pattern})$")
    return coded.filter(misfits)
