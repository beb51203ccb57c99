"""What the recipient of a data item will see: made-up values under the mask that applies."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from catalog.models import DataItem, DataType, SharingType
from sharing.protection.grades import choose, suggest
from sharing.protection.masks import MASKS

_BY_MASK: Final = {
    "id_number": "320602199003070023",
    "phone": "13800000000",
    "landline": "0513-85000021",
    "bank": "6222000000001234567",
    "address": "江苏省南通市崇川区虹桥街道示例路 1 号",
    "address_street": "江苏省南通市崇川区虹桥街道示例路 1 号",
    "email": "example@example.gov.cn",
    "plate": "苏F12345",
    "birth": "1990-03-07",
    "coordinates": "120.894512",
    "name": "张三",
}
"""Nobody's: examples whose check digits or numbers are not given out."""
_BY_TYPE: Final = {
    DataType.NUMERIC: "1286",
    DataType.CURRENCY: "1286.50",
    DataType.DATE: "2026-11-09",
    DataType.DATETIME: "2026-11-09 09:18",
    DataType.LOGICAL: "1",
    DataType.DOUBLE: "12.86",
    DataType.INTEGER: "1286",
    DataType.FLOAT: "12.86",
}
_SAMPLE_KEY: Final = b"only for examples on pages, never for data"


@dataclass(frozen=True)
class ItemView:
    """A data item on a form: what it is, what the recipient sees, whether it can be had."""

    item: DataItem
    mask: str
    mask_label: str
    sample: str
    shared: bool


def item_views(items: Iterable[DataItem]) -> list[ItemView]:
    """The items with their masks and made-up examples."""
    return [_view(item) for item in items]


def mask_of(item: DataItem) -> str:
    """The mask the item is delivered with (R38)."""
    return choose(
        item.grade, personal=item.personal, declared=item.mask, title=f"{item.name} {item.key}"
    )


def _view(item: DataItem) -> ItemView:
    mask = mask_of(item)
    kind = suggest(f"{item.name} {item.key}") or mask
    clear = _BY_MASK.get(kind) or _BY_TYPE.get(DataType(item.data_type), _("example"))
    shown = MASKS[mask].value(clear, key=_SAMPLE_KEY)
    return ItemView(
        item=item,
        mask=mask,
        mask_label=_(MASKS[mask].label),
        sample=str(shown)[:40],
        shared=item.sharing_type != SharingType.NON_SHARED,
    )
