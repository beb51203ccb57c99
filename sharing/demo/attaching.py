"""Attaching the flagship entries to the tables of the source database."""

from dataclasses import dataclass
from datetime import datetime

from catalog.actions import attach
from catalog.demo import Catalog
from catalog.models import Attachment, DataSource
from portal.organisation.demo import PROVINCE, Organisation
from portal.organisation.models import Role
from sharing.demo.database import SourceDatabase
from sharing.pulling.sources import connector_for, store_credentials


@dataclass(frozen=True, slots=True)
class Flagship:
    """An entry that can really be pulled; ``renamed`` maps item keys to other column names."""

    line: str
    subject: str
    system: str
    table: str
    key_columns: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...] = ()
    region_column: str = "region_code"
    change_column: str = "updated_at"


_MARRIAGES = (
    ("id_number", "sfzh"), ("name", "xm"), ("sex", "xb"), ("birth_date", "csrq"),
    ("register_type", "djlx"), ("registered_on", "djrq"), ("registered_at_office", "djjg"),
    ("spouse_name", "poxm"), ("spouse_id", "posfzh"), ("region_code", "xzqh"),
    ("updated_at", "gxsj"),
)  # fmt: skip
FLAGSHIPS = (
    Flagship("police", "常住人口信息", "省人口信息管理系统", "resident", ("id_number",)),
    Flagship("police", "机动车登记信息", "省人口信息管理系统", "vehicle", ("plate_no",)),
    Flagship(
        "civil", "居民婚姻登记信息", "省民政业务系统", "hy_djxx", ("sfzh", "djrq"),
        _MARRIAGES, "xzqh", "gxsj",
    ),
    Flagship("civil", "最低生活保障对象信息", "省民政业务系统", "allowance", ("id_number",)),
    Flagship(
        "labour", "社会保险参保信息", "省人社一体化信息平台", "insured",
        ("id_number", "insurance_type"),
    ),
    Flagship("health", "死亡人口信息", "省人口死亡登记系统", "death", ("id_number",)),
    Flagship("disabled", "残疾人证基本信息", "残疾人基础数据库", "disability_card", ("id_number",)),
    Flagship("land", "不动产登记信息", "省不动产登记信息平台", "property", ("property_no",)),
    Flagship("market", "市场主体登记信息", "省市场监管综合业务系统", "enterprise", ("uscc",)),
    Flagship("market", "食品经营许可信息", "省市场监管综合业务系统", "food_licence", ("licence_no",)),
)  # fmt: skip


def attach_flagships(
    made: Organisation, catalog: Catalog, database: SourceDatabase, *, now: datetime
) -> list[Attachment]:
    """Create one data source for each system and attach the entries its tables carry.

    Raises ConnectorError when the portal cannot read the database it has just made: its host is
    not in SOURCE_HOSTS, or it wants another way of signing in.
    """
    sources: dict[str, DataSource] = {}
    attached = []
    for flagship in FLAGSHIPS:
        key = flagship.line, PROVINCE
        source = sources.get(flagship.system)
        if source is None:
            source = DataSource.objects.create(
                name=flagship.system,
                department=made.departments[key],
                connector="postgresql",
                options=database.options,
                max_sessions=3,
            )
            store_credentials(source, {"password": database.password})
            with connector_for(source) as connector:
                connector.check()
            sources[flagship.system] = source
        resource = catalog.of(flagship.line, PROVINCE, flagship.subject)
        renamed = dict(flagship.renamed)
        items = [item.key for item in resource.live.items.all()] if resource.live else []
        attached.append(
            attach(
                by=made.holders[key, Role.STEWARD],
                resource=resource,
                source=source,
                now=now,
                table=flagship.table,
                columns={item: renamed.get(item, item) for item in items},
                key_columns=list(flagship.key_columns),
                region_column=flagship.region_column,
                change_column=flagship.change_column,
                approximate_rows=database.counts.get(flagship.table),
            )
        )
    return attached
