"""Which mask a data item gets: its grade sets the least, the steward may ask for more (R09, R38)."""

import re
from typing import Final

from sharing.protection.masks import MASKS

_BY_TITLE: Final = (
    (r"身份证|公民身份|证件号|id_?card|id_?number", "id_number"),
    (r"银行.*(账|帐|卡)|(账|帐)号|卡号|bank", "bank"),
    (r"手机|移动电话|mobile|phone", "phone"),
    (r"座机|固定电话|电话|传真|telephone|fax", "landline"),
    (r"邮箱|电子邮件|e-?mail", "email"),
    (r"车牌|号牌|plate", "plate"),
    (r"地址|住址|住所|坐落|address", "address"),
    (r"出生|生日|birth", "birth"),
    (r"经度|纬度|坐标|longitude|latitude|coordinate", "coordinates"),
    (r"姓名|法定代表人|联系人|负责人|name", "name"),
)
_NOT_PEOPLE: Final = re.compile(r"(企业|单位|机构|部门|公司|项目|事项|证照|区划)\w*名称|org\w*name")


def suggest(title: str) -> str:
    """Return the mask that fits an item of this title or key, or "" if none is apparent."""
    wanted = title.lower()
    for pattern, name in _BY_TITLE:
        if re.search(pattern, wanted) and not (name == "name" and _NOT_PEOPLE.search(wanted)):
            return name
    return ""


def choose(grade: int, *, personal: bool, declared: str = "", title: str = "") -> str:
    """Return the name of the mask for an item of ``grade`` (1 to 4 general, 5 important, 6 core).

    ``declared`` is what the steward wrote into the item; it counts if it is strong enough for the
    grade. An undeclared item of grade 1 or 2 without personal information stays as it is; for
    all others the title suggests a mask, and if nothing fits the value is left out.
    """
    if declared in MASKS and MASKS[declared].max_grade >= grade:
        return declared
    if not declared and not personal and grade <= MASKS["none"].max_grade:
        return "none"
    suggested = suggest(title)
    for name in (suggested, f"{suggested}_strict"):
        if name in MASKS and MASKS[name].max_grade >= grade:
            return name
    return "redact"
