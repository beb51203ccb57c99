"""The example connector keeps the contract, so the suite does not ask for anything PostgreSQL-like."""

from dataclasses import astuple

import pyarrow as pa
import pytest

from sharing.connectors.base import Connector, ConnectorContext
from tests.sharing.connectors import memory
from tests.sharing.connectors.conformance import ROWS, SECRET, ConnectorConformance, Source

SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("name", pa.string()),
        ("region_code", pa.string()),
        ("born", pa.date32()),
        ("amount", pa.decimal128(18, 2)),
        ("updated_at", pa.timestamp("us")),
    ]
)


class MemorySource(Source):
    def context(self) -> ConnectorContext:
        return ConnectorContext(options={}, secrets={"password": SECRET})

    def connector(self, context: ConnectorContext) -> Connector:
        return memory.MemoryConnector(context)

    def drop_column(self, name: str) -> None:
        memory.TABLES["people"] = memory.TABLES["people"].drop_columns([name])

    def retype_to_text(self, name: str) -> None:
        table = memory.TABLES["people"]
        position = table.column_names.index(name)
        memory.TABLES["people"] = table.set_column(position, name, table[name].cast(pa.string()))


class TestMemory(ConnectorConformance):
    @pytest.fixture
    def source(self):
        columns = zip(*map(astuple, ROWS), strict=True)
        arrays = [
            pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)
        ]
        memory.TABLES["people"] = pa.table(arrays, schema=SCHEMA)
        yield MemorySource()
        memory.TABLES.clear()
