"""What a supplement changed, part by part, as the signers read it."""

from collections.abc import Mapping

from catalog.models import DataItem
from sharing.approval.terms import Change
from sharing.models import Application, ApplicationItem


def parts(application: Application, item: ApplicationItem) -> dict[str, str]:
    """Every part of an application in the words of the applicant and of the catalog."""
    names = dict(
        DataItem.objects.filter(version=item.version_id, key__in=item.fields)
        .order_by("position")
        .values_list("key", "name")
    )
    return {
        "use_basis": application.use_basis,
        "use_scenario": application.use_scenario,
        "use_scope": application.use_scope,
        "mode": str(application.get_mode_display()),
        "period": f"{application.starts_on} – {application.ends_on}",
        "row_region": item.row_region.name if item.row_region else "",
        "fields": "、".join(names[key] for key in names),
    }


def between(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """The parts that differ, in order."""
    return tuple(
        Change(part, before[part], after[part]) for part in before if before[part] != after[part]
    )
