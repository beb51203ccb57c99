"""Names of departments as portals write them, read into place and organ. Pure.

``市工信局`` in the portal of Nantong is 南通市工业和信息化局; ``如东县大数据中心`` is an office of a
county; ``江苏省淮安市体育局`` belongs to the city, not the province; ``太仓市`` is its government.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from catalog.places import Place, below, places

_ABBREVIATIONS = {
    "工信局": "工业和信息化局", "工信厅": "工业和信息化厅", "工信委": "工业和信息化委员会",
    "人社局": "人力资源和社会保障局", "人社厅": "人力资源和社会保障厅",
    "发改委": "发展和改革委员会", "发改局": "发展和改革局", "发展改革委": "发展和改革委员会",
    "住建局": "住房和城乡建设局", "住建厅": "住房和城乡建设厅", "住建委": "住房和城乡建设委员会",
    "文广旅局": "文化广电和旅游局", "文广和旅游局": "文化广电和旅游局", "文旅局": "文化和旅游局",
    "文广新局": "文化广电新闻出版局", "卫健委": "卫生健康委员会", "卫健局": "卫生健康局",
    "卫生健康委": "卫生健康委员会", "卫计委": "卫生和计划生育委员会",
    "市监局": "市场监督管理局", "市场监管局": "市场监督管理局", "科技局": "科学技术局",
    "民宗局": "民族宗教事务局", "民宗委": "民族宗教事务委员会", "残联": "残疾人联合会",
    "妇联": "妇女联合会", "工商联": "工商业联合会", "文联": "文学艺术界联合会",
    "社科联": "社会科学界联合会", "科协": "科学技术协会", "侨联": "归国华侨联合会",
    "国资委": "人民政府国有资产监督管理委员会", "城管局": "城市管理局", "医保局": "医疗保障局",
    "应急局": "应急管理局", "资源规划局": "自然资源和规划局", "自规局": "自然资源和规划局",
    "交通局": "交通运输局", "外事办": "人民政府外事办公室", "外办": "人民政府外事办公室",
    "供销总社": "供销合作总社", "供销社": "供销合作社", "人防办": "人民防空办公室",
    "退役军人局": "退役军人事务局", "金融监管局": "地方金融监督管理局", "教体局": "教育体育局",
    "粮食和储备局": "粮食和物资储备局", "机关事务局": "机关事务管理局", "政府办": "人民政府办公室",
    "政府办公室": "人民政府办公室", "政务办": "政务服务管理办公室", "公积金中心": "住房公积金管理中心",
    "农科院": "农业科学院", "环保局": "环境保护局", "食药监局": "食品药品监督管理局",
    "编办": "机构编制委员会办公室", "委编办": "委机构编制委员会办公室", "大数据局": "大数据管理局",
}  # fmt: skip
_OWN_PLACE = {"市": "city", "州": "city", "省": "province"}
_NOT_A_PLACE = re.compile(
    "市(?:政(?:工程|园林|公用|设施|管理|道路|[和局处])|场|民|容|域|直|区)|省[属级]|州级|[区县]域|区[划级]|县级"
)
"""Words that begin with the character of a place without meaning one."""
_OWN_NAME = re.compile("(?:公司|集团|海关|银行|[分支]行|报社)$")
_MUNICIPALITIES = frozenset(["110000", "120000", "310000", "500000"])
_ALIAS = re.compile(r"[（(]([^（）()]*)[）)]")
_JOINERS = re.compile("[和与及、·]")
_ABOVE = re.compile("^(?:国家税务总局|中国共产党|中共)")
_GOVERNMENT = re.compile("^(?:人民)?政府(?=.)")
UNKNOWN = "提供部门不明"


@dataclass(frozen=True, slots=True)
class ProviderName:
    """A department as it is to be found in the organisation tree.

    ``key`` is the same for all spellings of one organ; ``certain`` is false where the name leaves
    open in which place it is.
    """

    name: str
    place: Place
    key: str
    certain: bool = True


@lru_cache(maxsize=8192)
def read_name(raw: str, portal: Place) -> ProviderName:
    """Read a department's name as the portal of ``portal`` writes it; "" is an unknown one."""
    text = "".join(unicodedata.normalize("NFKC", raw).split())
    base = _ALIAS.sub("", text) or text
    if not base:
        return ProviderName(f"{portal.name}{UNKNOWN}", portal, UNKNOWN, certain=False)
    above = match.group() if (match := _ABOVE.match(base)) else ""
    place, organ, found = _place_and_organ(base[len(above) :], portal)
    if not found:
        return _without_place(base, portal)
    if not organ:
        organ = "人民政府"
    organ = _ABBREVIATIONS.get(organ, organ)
    return ProviderName(f"{above}{place.name}{organ}"[:200], place, key_of(organ, place))


def _without_place(base: str, portal: Place) -> ProviderName:
    """No place is named: ``市工信局`` means the portal's own, ``车管处`` belongs to it as well."""
    level = _OWN_PLACE.get(base[0]) if len(base) > 1 and not _NOT_A_PLACE.match(base) else None
    if level is None:
        organ = _ABBREVIATIONS.get(base, base)
        own_name = _is_named(organ, portal) or _OWN_NAME.search(organ)
        name = organ if own_name else f"{portal.name}{organ}"
        return ProviderName(name[:200], portal, key_of(organ, portal))
    own = _own_place(level, portal)
    if own is None:
        return ProviderName(base[:200], portal, key_of(base, portal), certain=False)
    organ = _ABBREVIATIONS.get(base[1:], base[1:])
    return ProviderName(f"{own.name}{organ}"[:200], own, key_of(organ, own))


def _own_place(level: str, portal: Place) -> Place | None:
    """The place that a portal means by "the city" or "the province"."""
    province = _province(portal)
    if portal.level == level or (level == "city" and portal.code in _MUNICIPALITIES):
        return portal
    return province if level == "province" else None


def _province(place: Place) -> Place:
    return places()[place.code[:2].ljust(6, "0")]


def _is_named(organ: str, portal: Place) -> bool:
    province = _province(portal)
    return any(name and name in organ for name in (portal.name, portal.stem, province.stem))


def _place_and_organ(text: str, portal: Place) -> tuple[Place, str, bool]:
    """Take the names of places off the beginning, from province to county."""
    place, rest = portal, text
    for level in ("province", "city", "county"):
        taken = _taken(rest, _candidates(level, place, portal))
        if taken is not None:
            place, size = taken
            rest = rest[size:]
    found = len(rest) < len(text)
    doubled = len(rest) > 1 and rest[0] == place.name[-1] and not _NOT_A_PLACE.match(rest)
    return place, rest[1:] if found and doubled else rest, found


def _candidates(level: str, place: Place, portal: Place) -> tuple[Place, ...]:
    province = _province(portal)
    if level == "province":
        return (province,)
    if level == "city":
        return tuple(city for city in below(province.code) if city.level == "city")
    return _counties(place if place.level == "city" else portal)


def _counties(city: Place) -> tuple[Place, ...]:
    return tuple(place for place in below(city.code) if place.level == "county")


def _taken(text: str, candidates: tuple[Place, ...]) -> tuple[Place, int] | None:
    """The place that the text begins with, and how many characters name it."""
    best: tuple[Place, int] | None = None
    for place in candidates:
        size = max((len(name) for name in place.names if text.startswith(name)), default=0)
        if not size and place.stem and place.level == "county":
            # a county that has since become a district, or the other way round
            older = (place.stem + ending for ending in "市区县")
            size = max((len(name) for name in older if text.startswith(name)), default=0)
        if size and (best is None or size > best[1]):
            best = place, size
    return best


def key_of(organ: str, place: Place) -> str:
    """One key for all spellings of an organ within its place."""
    plain = _ABBREVIATIONS.get(organ, organ).replace(place.name, "").replace(place.short, "")
    plain = _GOVERNMENT.sub("", plain)
    if plain.endswith("委"):
        plain += "员会"
    return _JOINERS.sub("", plain) or organ
