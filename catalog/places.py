"""Provinces, cities and counties by GB/T 2260: their codes, names and short names. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import lazy_pinyin

from portal.organisation.divisions import NATION, divisions

_ENDINGS = (
    "特别行政区",
    "自治区",
    "自治州",
    "自治县",
    "自治旗",
    "地区",
    "省",
    "市",
    "盟",
    "区",
    "县",
    "旗",
)
_PEOPLES = re.compile(
    "(?:维吾尔|哈萨克|柯尔克孜|达斡尔|鄂伦春|鄂温克|俄罗斯|乌孜别克|塔吉克|塔塔尔|东乡|布依|仡佬|毛南|仫佬"
    "|拉祜|傈僳|纳西|哈尼|景颇|布朗|阿昌|普米|德昂|基诺|保安|裕固|撒拉|朝鲜|高山|土家|蒙古|"
    "独龙|满|回|藏|苗|侗|彝|壮|瑶|白|傣|黎|佤|畲|羌|土|水|怒|京|门巴|珞巴|赫哲|锡伯|各)族"
)
_ODD_PINYIN = {"shaanxi": "610000"}


@dataclass(frozen=True, slots=True)
class Place:
    """One region down to the county, with the code of the region above it."""

    code: str
    name: str
    level: str
    parent: str

    @property
    def short(self) -> str:
        """The name without the peoples an autonomous region is named after, such as 黔南州."""
        plain = _PEOPLES.sub("", self.name)
        return plain.replace("自治州", "州").replace("自治县", "县").replace("自治区", "")

    @property
    def stem(self) -> str:
        """The name without what it is, such as 南通; empty when only one character is left."""
        plain = _PEOPLES.sub("", self.name)
        for ending in _ENDINGS:
            if plain.endswith(ending):
                plain = plain.removesuffix(ending)
                break
        return plain if len(plain) > 1 else ""

    @property
    def names(self) -> tuple[str, ...]:
        """Full and short name, longest first."""
        return tuple(dict.fromkeys(sorted((self.name, self.short), key=len, reverse=True)))


@lru_cache(maxsize=1)
def places() -> dict[str, Place]:
    """All places by six-digit code, superior ones first."""
    found = (Place(one.code, one.name, one.level, one.parent or "") for one in divisions())
    return {place.code: place for place in found}


@lru_cache(maxsize=4096)
def below(code: str) -> tuple[Place, ...]:
    """Places directly below the one of that code."""
    return tuple(place for place in places().values() if place.parent == code)


def is_place_name(text: str) -> bool:
    """Whether ``text`` begins with the name of a province or a city, as local law does."""
    return text.startswith(_large_names())


@lru_cache(maxsize=1)
def _large_names() -> tuple[str, ...]:
    large = [place for place in places().values() if place.level in {"province", "city"}]
    return tuple(
        dict.fromkeys(name for place in large for name in (place.name, place.stem) if name)
    )


@lru_cache(maxsize=1024)
def resolve(province: str, city: str) -> Place | None:
    """The place that a portal calls so, in Chinese or in pinyin; None when there is none.

    ``city`` may be empty or repeat the province, as portals of provinces do.
    """
    top = _named(province, below(NATION))
    if top is None or not city or city == province:
        return top
    return _named(city, below(top.code)) or (top if _is_called(top, city) else None)


def _named(name: str, among: tuple[Place, ...]) -> Place | None:
    wanted = name.strip().lower()
    if wanted in _ODD_PINYIN:
        return places()[_ODD_PINYIN[wanted]]
    return next((place for place in among if _is_called(place, wanted)), None)


def _is_called(place: Place, name: str) -> bool:
    if not name.isascii():
        return name in {place.name, place.short, place.stem}
    syllables = lazy_pinyin(place.name)
    joined = re.sub(r"[^a-z]", "", name)
    return any("".join(syllables[:size]) == joined for size in range(2, len(syllables) + 1))
