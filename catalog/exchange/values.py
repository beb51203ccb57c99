"""Values of other portals in the terms of this catalog. Pure.

Portals spell the same thing in many ways: dates in seven shapes, update cycles in dozens of words,
formats as a list or as one string. What cannot be read is None, and the caller reports it.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from catalog.models import FormatClass, OpenType, UpdateCycle

NOTHING = frozenset(
    ["", "无", "暂无", "空", "null", "none", "nan", "-", "--", "/", "默认主题", "默认行业"]
)
"""Words that portals write where they have no value."""

_CYCLES: dict[str, str] = {
    UpdateCycle.REALTIME: "实时 即时 实时更新 即时更新 随时 准实时 每小时 小时 每分钟 分钟 动态 动态更新 realtime",
    UpdateCycle.DAILY: "每日 每天 日 天 按日 按天 日更新 每日更新 每天更新 一天 1天 每工作日 工作日 daily",
    UpdateCycle.WEEKLY: "每周 周 按周 每星期 星期 每周更新 周更新 一周 1周 7天 weekly",
    UpdateCycle.MONTHLY: "每月 月 按月 月度 每月更新 月更新 一个月 1个月 monthly",
    UpdateCycle.QUARTERLY: "每季度 季度 每季 季 按季 按季度 每季度更新 季度更新 三个月 3个月 quarterly",
    UpdateCycle.HALF_YEARLY: "每半年 半年 按半年 半年度 每半年更新 半年更新 六个月 6个月 halfyearly",
    UpdateCycle.YEARLY: "每年 年 按年 年度 每年度 每年更新 年更新 年度更新 一年 1年 每学年 yearly annually",
    UpdateCycle.IRREGULAR: (
        "不定期 不定时 不定期更新 不定时更新 其他 其它 按需 按需更新 静态 静态数据 不更新 一次性 "
        "自定义 无固定周期 根据实际情况更新 适时更新 irregular other"
    ),
}
CYCLES = {word: cycle for cycle, words in _CYCLES.items() for word in words.split()}
_ROUNDED: dict[str, str] = {
    UpdateCycle.WEEKLY: "每旬 旬 每半周 半周 十天 10天",
    UpdateCycle.MONTHLY: "每半月 半月 每两周 两周 双周 15天 每两月 每两个月 双月",
    UpdateCycle.HALF_YEARLY: "每四个月 每4个月",
    UpdateCycle.IRREGULAR: "每两年 两年 每三年 三年 每五年 五年 每十年 十年",
}
ROUNDED_CYCLES = {word: cycle for cycle, words in _ROUNDED.items() for word in words.split()}

_OPENNESS: dict[str, str] = {
    OpenType.OPEN: "无条件开放 完全开放 普遍开放 主动开放 可开放 开放 全部开放 无特殊条件 是 1 true yes open",
    OpenType.ON_REQUEST: (
        "有条件开放 条件开放 依申请开放 申请后开放 申请开放 半开放 部分开放 登录开放 登录后开放 "
        "实名认证开放 受限开放 授权开放"
    ),
    OpenType.CLOSED: "不予开放 不开放 暂不开放 非开放 未开放 否 0 false no closed",
}
OPENNESS = {word: kind for kind, words in _OPENNESS.items() for word in words.split()}

_FORMATS: dict[str, str] = {
    FormatClass.DATABASE: "table 库表 数据库 数据库表 mysql oracle db database dm postgresql sqlserver",
    FormatClass.SERVICE: "api 接口 数据接口 服务接口 webservice rest wms wfs",
    FormatClass.SPREADSHEET: "xls xlsx csv et excel excl xlxs 电子表格",
    FormatClass.DOCUMENT: "doc docx pdf txt wps ofd html htm ppt pptx xml word zip rar rtf 电子文件",
    FormatClass.IMAGE: "jpg jpeg png gif bmp tif tiff shp geojson kml dwg 图片 地图",
    FormatClass.STREAM: "mp3 mp4 avi mpg rm swf 视频 音频",
    FormatClass.SELF_DESCRIBED: "json rdf jsonl jsonld ttl file 文件 数据集 数据包 链接",
}
FORMATS = {word: kind for kind, words in _FORMATS.items() for word in words.split()}
"""Class of each known format; where an entry has several, the first class above wins."""
_PLAIN_FORMAT = {
    "excel": "xlsx",
    "excl": "xlsx",
    "xlxs": "xlsx",
    "word": "docx",
    "接口": "api",
    "库表": "table",
    "数据接口": "api",
    "服务接口": "api",
    "文件": "file",
    "数据库": "table",
    "数据库表": "table",
}
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?(?:[T ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6})?")
_EPOCH = re.compile(r"\d{10}|\d{13}")
_FIRST_YEAR = 1980


def tidy(value: object) -> str:
    """The value as one line of text; "" for everything that only says there is none."""
    if value is None or isinstance(value, (list, dict)):
        return ""
    text = " ".join(str(value).replace("\x00", "").split())
    return "" if text.lower() in NOTHING else text


def word(value: object) -> str:
    """A value of a closed list as the tables above have it: no spaces, half-width, lower case."""
    return unicodedata.normalize("NFKC", tidy(value)).replace(" ", "").strip("。.;；,，").lower()


def read_date(value: object, *, today: date) -> date | None:
    """The date that a portal means, or None; a day after ``today`` or before 1980 is not one."""
    text = tidy(value)
    try:
        found = _parsed_date(text)
    except (ValueError, OverflowError):
        return None
    if found is None or not date(_FIRST_YEAR, 1, 1) <= found <= today + timedelta(days=1):
        return None
    return found


def _parsed_date(text: str) -> date | None:
    if match := _EPOCH.fullmatch(text):
        seconds = int(match.group()) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC).date()
    if match := _COMPACT.fullmatch(text) or _DATE.fullmatch(text):
        year, month, day = match.groups()
        return date(int(year), int(month), int(day or 1))
    return None


def read_formats(value: object) -> tuple[list[str], list[str]]:
    """Known formats in one spelling each, and what is unknown; from a list or a string of them."""
    known: dict[str, None] = {}
    unknown: list[str] = []
    for part in _parts(value):
        plain = _PLAIN_FORMAT.get(part, part)
        if part in FORMATS:
            known[plain] = None
        elif part not in NOTHING:
            unknown.append(part[:30])
    return list(known), unknown


def _parts(value: object) -> Iterable[str]:
    values = value if isinstance(value, list) else [value]
    for one in values:
        text = unicodedata.normalize("NFKC", str(one or ""))
        yield from (part.strip(" .").lower() for part in re.split(r"[,;、|/\s]+", text))


def format_class(formats: Iterable[str]) -> str:
    """The class of an entry with these formats; "" without any."""
    classes = {FORMATS[one] for one in formats}
    return next((str(kind) for kind in _FORMATS if kind in classes), "")


def read_tags(value: object) -> list[str]:
    """Keywords from a list or a string of them, at most twenty."""
    values = value if isinstance(value, list) else re.split(r"[,，;；、|\s]+", tidy(value))
    found = (tidy(one)[:60] for one in values)
    return list(dict.fromkeys(one for one in found if one))[:20]
