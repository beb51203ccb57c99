"""The columns of the exchange template: what they are called, here and in departments' own sheets.

A column belongs to entries ("title") or to data items ("item.name"). ``words`` are other spellings
that departments use for it; the matcher compares them without spaces, brackets and marks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import (
    DataType,
    FormatClass,
    Grade,
    Mode,
    OpenType,
    SharingType,
    UpdateCycle,
)
from portal.errors import Text


class Kind(StrEnum):
    """How a cell is read."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    WORDS = "words"
    FLAG = "flag"
    NUMBER = "number"
    COUNT = "count"
    AMOUNT = "amount"
    DAY = "day"
    CLASSIFICATION = "classification"


@dataclass(frozen=True)
class Column:
    """One column. ``needed``: a row cannot do without; ``wanted``: publication will ask for it."""

    key: str
    heading: Text
    words: str
    kind: Kind = Kind.TEXT
    choices: Any = None
    hint: Text = ""
    needed: bool = False
    wanted: bool = False
    width: int = 16
    longest: int = 0

    @cached_property
    def field(self) -> str:
        """The field of the version or of the item."""
        return self.key.removeprefix(ITEM)

    @property
    def of_item(self) -> bool:
        """Whether it belongs to data items."""
        return self.key.startswith(ITEM)


ITEM = "item."
JOINING = ("identifier", "code", "number", "title", "provider")
"""Columns that say which entry a row means; alone they make no sheet of entries."""
REFERENCES = ("identifier", "code", "number", "provider", "state", "faults")
"""Columns of entries that are no content of a version."""

_ENTRY = (
    Column("number", pgettext_lazy("column", "Entry no."), "序号 编号 行号 目录序号 资源序号 条目序号 no number",
           hint=_("Your own number; ties the data items to an entry that has no code yet."), width=8, longest=60),
    Column("code", pgettext_lazy("column", "Resource code"),
           "信息资源代码 资源代码 目录代码 信息资源编码 资源编码 目录编码 目录编号 资源目录代码 数据资源代码 政务信息资源代码 code",
           hint=_("Leave it empty for a new entry; codes are given at first publication."), width=18, longest=60),
    Column("title", pgettext_lazy("column", "Resource title"),
           "信息资源名称 资源名称 数据资源名称 目录名称 数据目录名称 资源目录名称 政务信息资源名称 数据集名称 资源标题 "
           "资源信息名称 标题 名称 数据名称 目录条目名称 条目名称 title name resource_name resourceName subjectBaseName",
           Kind.LINE, needed=True, wanted=True, hint=_("Names the data, not the system."), width=34, longest=200),
    Column("title_en", pgettext_lazy("column", "English title"), "英文名称 资源英文名称 英文标题 title_en name_en",
           width=24, longest=300),
    Column("provider", pgettext_lazy("column", "Provider"),
           "信息资源提供方 提供方 提供单位 提供部门 资源提供方 资源提供单位 资源提供单位信息 数据提供方 数据提供方单位 提供机构 "
           "数源单位 数源部门 所属部门 所属单位 发布部门 来源部门 数据来源 资源来源 部门名称 资源提供方内部部门 资源所有权单位 "
           "数源单位/数据提供单位 provider department orgName dataSource publisher",
           hint=_("Only entries of the department you upload for are written."), width=24, longest=200),
    Column("abstract", pgettext_lazy("column", "Abstract"),
           "信息资源摘要 资源摘要 摘要 摘要信息 摘要描述 数据摘要 目录摘要 内容简介 简介 描述 资源描述 数据描述 资源简介 目录描述 "
           "abstract description remark tableRemark",
           wanted=True, hint=_("What the data holds and where it comes from; at most 4,000 characters."), width=50,
           longest=4_000),
    Column("classification", pgettext_lazy("column", "Classification"),
           "信息资源分类 资源分类 目录分类 信息资源分类代码 分类代码 分类编码 资源分类代码 类项目细目 classification",
           Kind.CLASSIFICATION, wanted=True, hint=_("A code of the list, down to the group (目)."), width=24),
    Column("theme", pgettext_lazy("column", "Theme"),
           "主题 主题分类 所属主题 主题名称 主题标签 主题领域 数据主题 专题 领域 领域名称 领域分类 所属领域 数据领域 重点领域 "
           "服务分类 行业 行业分类 行业名称 行业类型 所属行业 数据行业 国家主题分类 theme category industry fieldName "
           "industryField industryCategory",
           width=16, longest=100),
    Column("keywords", pgettext_lazy("column", "Keywords"), "关键字 关键词 标签 数据标签 资源标签 keywords tags label",
           Kind.WORDS, hint=_("Several are separated by ；"), width=20, longest=60),
    Column("format_class", pgettext_lazy("column", "Format class"),
           "信息资源格式分类 资源格式分类 格式分类 格式大类 资源格式类别 format_class", Kind.CHOICE, FormatClass,
           wanted=True, width=16),
    Column("format_types", pgettext_lazy("column", "Format types"),
           "信息资源格式类型 资源格式类型 资源格式 信息资源格式 数据格式 文件格式 格式类型 格式 文件类型 资源类型 数据下载 "
           "format_types format data_formats resourceType",
           Kind.WORDS, wanted=True, hint=_("Such as xlsx, MySQL, API; several are separated by ；"), width=18, longest=30),
    Column("update_cycle", pgettext_lazy("column", "Update cycle"),
           "更新周期 更新频率 更新频度 更新时限 资源更新频率 数据更新周期 update_cycle update_frequency frequency "
           "dataUpdatePeriod",
           Kind.CHOICE, UpdateCycle, wanted=True, width=12),
    Column("sharing_type", pgettext_lazy("column", "Sharing type"), "共享类型 共享属性 数据共享属性 共享类别 sharing_type",
           Kind.CHOICE, SharingType, wanted=True, width=14),
    Column("sharing_condition", pgettext_lazy("column", "Sharing condition"),
           "共享条件 使用条件 共享要求 共享范围 不予共享理由 sharing_condition",
           hint=_("Conditional: scope and purposes. Not shared: the reason."), width=30),
    Column("sharing_citation", pgettext_lazy("column", "Legal basis"),
           "不予共享依据 法律依据 法规依据 共享依据 不予共享法律依据 sharing_citation", width=30, longest=300),
    Column("sharing_modes", pgettext_lazy("column", "Sharing modes"),
           "共享方式 共享方式类型 共享方式分类 提供方式 交换方式 sharing_modes", Kind.CHOICES, Mode, wanted=True, width=14),
    Column("open_type", pgettext_lazy("column", "Openness"),
           "开放属性 开放类型 是否向社会开放 是否开放 开放方式 开放状态 开放等级 公开属性 社会开放属性 open_type openType "
           "openTypeName is_open",
           Kind.CHOICE, OpenType, width=12),
    Column("open_condition", pgettext_lazy("column", "Condition of openness"), "开放条件 条件开放 open_condition", width=24),
    Column("grade", pgettext_lazy("column", "Grade"), "数据分级 数据级别 安全级别 分级 数据安全级别 分类分级 数据等级 grade",
           Kind.CHOICE, Grade, hint=_("Counts only without data items; otherwise the highest item decides."), width=12),
    Column("splittable", pgettext_lazy("column", "Can be split by region"),
           "可按区域拆分 能否按区划拆分 是否可按区划拆分 含区划字段 splittable", Kind.FLAG, width=10),
    Column("storage_gb", pgettext_lazy("column", "Storage in all (GB)"),
           "数据存储总量(G) 数据存储总量 存储总量 数据存储量 存储总量（G） storage_gb", Kind.AMOUNT,
           hint=_("A number without unit; 0 if it is unknown."), width=12),
    Column("storage_shared_gb", pgettext_lazy("column", "Storage shared (GB)"),
           "已共享的数据存储量(G) 已共享数据存储量 共享存储量 共享的数据存储量 storage_shared_gb", Kind.AMOUNT, width=12),
    Column("storage_open_gb", pgettext_lazy("column", "Storage open (GB)"),
           "已开放的数据存储量(G) 已开放数据存储量 开放存储量 开放的数据存储量 storage_open_gb", Kind.AMOUNT, width=12),
    Column("record_count", pgettext_lazy("column", "Structured records in all"),
           "结构化信息总记录数 结构化记录总数 总记录数 record_count", Kind.COUNT,
           hint=_("A number without unit; 0 if it is unknown."), width=12),
    Column("records_shared", pgettext_lazy("column", "Structured records shared"),
           "已共享的结构化记录数 已共享结构化记录数 共享记录数 records_shared", Kind.COUNT, width=12),
    Column("records_open", pgettext_lazy("column", "Structured records open"),
           "已开放的结构化记录数 已开放结构化记录数 开放记录数 records_open", Kind.COUNT, width=12),
    Column("linked_codes", pgettext_lazy("column", "Codes of linked entries"),
           "关联资源代码 关联信息资源代码 关联目录代码 关联资源编码 linked_codes", Kind.WORDS,
           hint=_("Resource codes of entries that belong to this one; several are separated by ；"), width=24, longest=60),
    Column("source_published_on", pgettext_lazy("column", "First published"),
           "发布日期 发布时间 首次发布日期 首次发布时间 资源发布日期 目录发布时间 上线日期 上架日期 上传时间 创建日期 创建时间 "
           "资源出版日期 publishTime releaseTime publish_time source_published_on",
           Kind.DAY, hint=_("At the source, such as 2026-05-06."), width=13),
    Column("source_updated_on", pgettext_lazy("column", "Last updated"),
           "更新日期 更新时间 最后更新时间 最后更新 最近更新 数据更新时间 资源更新日期 资源发布/更新时间 updateTime update_time "
           "source_updated_on",
           Kind.DAY, hint=_("At the source, such as 2026-05-06."), width=13),
    Column("state", pgettext_lazy("column", "State"), "状态 目录状态 state",
           hint=_("Says what was exported; never read."), width=10),
    Column("identifier", pgettext_lazy("column", "Identifier (do not change)"),
           "系统标识 条目标识 系统标识（勿改） identifier", hint=_("Finds the entry again, even under a new title."),
           width=14, longest=36),
    Column("faults", pgettext_lazy("column", "Faults"), "错误说明 错误原因 问题说明 faults", width=50),
)  # fmt: skip

_ITEMS = (
    Column("item.name", pgettext_lazy("column", "Item name"),
           "信息项名称 数据项名称 信息项 数据项 字段名称 字段中文名 字段中文名称 中文名称 数据项中文名 信息项中文名 item_name name 名称",
           needed=True, width=22, longest=100),
    Column("item.key", pgettext_lazy("column", "Item key"),
           "信息项标识 数据项标识 字段名 字段英文名 英文字段名 数据项英文名 信息项英文名 英文名 字段代码 字段标识 英文名称缩写 列名 key field column",
           hint=_("Latin name of the column; made from the name when it is empty."), width=18, longest=60),
    Column("item.name_en", pgettext_lazy("column", "English item name"), "信息项英文名称 数据项英文名称 英文名称 name_en",
           width=18, longest=200),
    Column("item.data_type", pgettext_lazy("column", "Data type"), "数据类型 字段类型 信息项类型 数据项类型 类型 data_type type",
           Kind.CHOICE, DataType, needed=True, width=12),
    Column("item.length", pgettext_lazy("column", "Length"), "数据长度 字段长度 长度 信息项长度 长度字节 length", Kind.NUMBER,
           hint=_("Bytes, a number without unit."), width=8),
    Column("item.meaning", pgettext_lazy("column", "Meaning"),
           "信息项说明 数据项说明 字段说明 字段描述 信息项描述 数据项描述 含义 说明 备注 描述 meaning description comment",
           width=30, longest=500),
    Column("item.code_set", pgettext_lazy("column", "Code set"), "代码集 数据字典 值域 引用代码 代码表 标准代码 code_set",
           width=16, longest=100),
    Column("item.grade", pgettext_lazy("column", "Item grade"),
           "信息项分级 数据项分级 字段分级 数据分级 数据级别 分级 安全级别 grade", Kind.CHOICE, Grade, width=12),
    Column("item.personal", pgettext_lazy("column", "Personal information"),
           "是否个人信息 个人信息 是否涉及个人信息 敏感信息 是否敏感 personal", Kind.FLAG, width=10),
    Column("item.mask", pgettext_lazy("column", "Mask rule"), "脱敏规则 脱敏方式 脱敏 mask", width=14, longest=30),
    Column("item.sharing_type", pgettext_lazy("column", "Item sharing type"),
           "信息项共享类型 数据项共享类型 信息项共享属性 数据项共享属性 字段共享属性 共享类型 共享属性 sharing_type",
           Kind.CHOICE, SharingType, width=14),
    Column("item.required", pgettext_lazy("column", "Never empty"), "是否必填 非空 是否非空 不可为空 必填 required not_null",
           Kind.FLAG, width=10),
)  # fmt: skip

COLUMNS: Mapping[str, Column] = {column.key: column for column in (*_ENTRY, *_ITEMS)}
ENTRY_COLUMNS = tuple(column for column in _ENTRY if column.key != "faults")
ITEM_COLUMNS = _ITEMS
CONTENT_KEYS = tuple(column.key for column in _ENTRY if column.key not in REFERENCES)
"""Columns of entries that a version holds."""
ITEM_REFERENCES = (COLUMNS["number"], COLUMNS["code"], COLUMNS["title"])
"""With what the sheet of items begins: the entry they belong to."""
