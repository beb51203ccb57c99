"""What the core cannot know of a stricter signature: regions, columns and masks of the entry."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from catalog.models import DataItem
from portal.errors import Fault, Invalid
from portal.organisation.models import Region
from sharing.approval.commands import Sign
from sharing.approval.terms import Masked
from sharing.models import ApplicationItem
from sharing.protection.grades import choose, suggest
from sharing.protection.masks import MASKS


def stricter_masks(item: DataItem, standing: str = "") -> tuple[str, ...]:
    """Masks that show less of the data item than the one it has (``standing`` if a signer set it)."""
    title = f"{item.name} {item.key}"
    present = standing or choose(
        item.grade, personal=item.personal, declared=item.mask, title=title
    )
    family = suggest(title)
    names = dict.fromkeys((family, f"{family}_strict", f"{present}_strict", "pseudonym", "redact"))
    least = MASKS[present].max_grade
    return tuple(name for name in names if name in MASKS and MASKS[name].max_grade > least)


def masked(field: str, mask: str) -> Masked:
    """A mask to set on a field, with its strength; KeyError for an unknown mask."""
    return Masked(field, mask, MASKS[mask].max_grade)


def check_narrowing(item: ApplicationItem, command: Sign) -> None:
    """Invalid, with every fault, when rows or masks cannot be had of this entry."""
    faults = [*_rows(item, command.row_region), *_masks(item, command.masks)]
    if faults:
        raise Invalid(_("The application cannot be narrowed like this."), faults)


def _rows(item: ApplicationItem, code: str | None) -> Iterable[Fault]:
    if code is None or code == (item.row_region_id or ""):
        return
    if not Region.objects.filter(pk=code).exists():
        yield Fault(
            "row_region", _("There is no such region."), _("Choose a region from the list.")
        )
    elif not item.version.splittable:
        yield Fault(
            "row_region",
            _("The entry cannot be split by region."),
            _("Leave the rows as they are, or ask the provider to name the region column."),
        )


def _masks(item: ApplicationItem, masks: Iterable[Masked]) -> Iterable[Fault]:
    wanted = {one.field: one.mask for one in masks}
    if not wanted:
        return
    rows = DataItem.objects.filter(version=item.version_id, key__in=wanted)
    for row in rows:
        if wanted[row.key] not in stricter_masks(row):
            yield Fault(
                "masks",
                _("“%(name)s” cannot get this mask.") % {"name": row.name},
                _("Choose one of the stricter masks offered."),
            )
