"""Latin keys for data items that a sheet only names in Chinese. Pure."""

import re
import unicodedata

from pypinyin import lazy_pinyin

LONGEST = 50


def key_of(name: str) -> str:
    """A key from pinyin: 出生日期 gives chu_sheng_ri_qi; "item" when there is nothing to spell."""
    text = "_".join(lazy_pinyin(unicodedata.normalize("NFKC", name)))
    key = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return key[:LONGEST].strip("_") or "item"


def unique_key(name: str, taken: set[str]) -> str:
    """The key of a name, numbered if another item of the entry has it."""
    key = base = key_of(name)
    number = 1
    while key in taken:
        number += 1
        key = f"{base}_{number}"
    return key
