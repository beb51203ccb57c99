"""The source database: real numbers, a few wrong values, and a role that only reads."""

from collections.abc import Iterator

import psycopg
import pytest
from stdnum.cn import ric

from catalog.models import Attachment, DataSource
from portal.organisation import uscc
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
