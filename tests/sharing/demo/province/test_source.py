"""The source database: real numbers, a few wrong values, and a role that only reads."""

from collections.abc import Iterator

import psycopg
import pytest
from django.utils import timezone
from stdnum.cn import ric

from catalog.models import Attachment, DataSource, DriftReport
from catalog.proposing.looking import look_at_source
from catalog.recognition.propose import title_of
from portal.organisation import uscc
from portal.organisation.models import Official
from sharing.demo.database import FEW_PEOPLE
from sharing.pulling.sources import connector_for

pytestmark = [pytest.mark.usefixtures("province"), pytest.mark.django_db]


@pytest.fixture
def reader() -> Iterator[psycopg.Connection]:
    """A connection as the data sources describe it."""
    options = DataSource.objects.first().options
    with psycopg.connect(
        host=options["host"], port=options["port"], dbname=options["dbname"], user=options["user"]
    ) as link:
        yield link


def test_people_have_valid_numbers_but_for_some(reader: psycopg.Connection) -> None:
    numbers = [row[0] for row in reader.execute("SELECT id_number FROM resident")]
    assert len(numbers) == len(set(numbers)) == FEW_PEOPLE
    wrong = [number for number in numbers if ric.calc_check_digit(number) != number[17]]
    assert 0 < len(wrong) < FEW_PEOPLE / 500


def test_enterprises_have_valid_codes_but_for_some(reader: psycopg.Connection) -> None:
    codes = [row[0] for row in reader.execute("SELECT uscc FROM enterprise")]
    wrong = [code for code in codes if not uscc.is_valid(code)]
    assert 0 < len(wrong) < len(codes) / 100


@pytest.mark.parametrize(
    "condition",
    ["name IS NULL", "address IS NULL", "sex NOT IN ('1', '2', '9')", "updated_at > now()"],
)
def test_some_values_are_wrong_on_purpose(reader: psycopg.Connection, condition: str) -> None:
    (count,) = reader.execute(f"SELECT count(*) FROM resident WHERE {condition}").fetchone()  # noqa: S608
    assert 0 < count < FEW_PEOPLE / 50


def test_the_reader_cannot_write(reader: psycopg.Connection) -> None:
    with pytest.raises(psycopg.Error):
        reader.execute("DELETE FROM resident")


@pytest.mark.parametrize("statement", ["SET default_transaction_read_only = off", "COMMIT"])
def test_the_reader_cannot_make_itself_a_writer(reader: psycopg.Connection, statement: str) -> None:
    reader.execute(statement)
    reader.commit()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute("SET TRANSACTION READ WRITE").connection.execute("DELETE FROM resident")


def test_every_attached_column_exists() -> None:
    tables = {}
    for attachment in Attachment.objects.select_related("source"):
        if attachment.source_id not in tables:
            with connector_for(attachment.source) as connector:
                connector.check()
                tables[attachment.source_id] = {
                    table.name: {column.name for column in table.columns}
                    for table in connector.describe()
                }
        columns = tables[attachment.source_id][attachment.table]
        assert set(attachment.columns.values()) <= columns
        assert {*attachment.key_columns, attachment.region_column} <= columns
        assert attachment.change_column in columns


def test_source_and_entry_have_come_apart_where_the_demonstration_says() -> None:
    found = DriftReport.objects.order_by("kind").values_list("kind", "column", "state")
    assert list(found) == [("length", "last_passage", "open"), ("new", "handling_channel", "open")]
    resources = set(DriftReport.objects.values_list("resource__live__title", flat=True))
    assert resources == {"机动车登记信息"}


def test_there_is_a_table_to_propose_items_from() -> None:
    source = DataSource.objects.get(name="省人口信息管理系统")
    steward = Official.objects.get(username="police.steward")
    now = timezone.now()
    look = look_at_source(by=steward, source=source, label="public.zzdj", now=now)
    found = {one.column.name: one.finding.meaning.value for one in look.proposals}
    assert found == {
        "a1": "id_number", "a2": "name", "a3": "mobile", "a4": "address", "sfzh": "integer",
        "zt": "code", "djrq": "date", "sfgz": "boolean", "bz": "text", "xzqh": "region_code",
        "gxsj": "datetime",
    }  # fmt: skip
    warned = {one.column.name for one in look.proposals if one.finding.warnings}
    assert warned >= {"sfzh", "bz"}
    assert title_of(look.table) == "流动人口居住登记信息"
