"""A provider's database for tests: invented people in a second database of the same server."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from django.db import connection
from psycopg import sql


@dataclass
class SourceDatabase:
    """A second database with a table of invented people, as a provider's system would have."""

    host: str
    port: int
    dbname: str
    user: str

    def options(self) -> dict[str, object]:
        return {
            "host": self.host,
            "port": self.port,
            "dbname": self.dbname,
            "user": self.user,
            "tls": "disable",
        }

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=self.host, port=self.port, dbname=self.dbname, user=self.user, autocommit=True
        )

    def people(self, prefix: str = "") -> list[tuple]:
        with self.connect() as link:
            return link.execute(
                "SELECT * FROM people WHERE region_code LIKE %s ORDER BY id_number", [prefix + "%"]
            ).fetchall()


MAKE_PEOPLE = """
CREATE TABLE people (
  id_number varchar(18) PRIMARY KEY, name varchar(60) NOT NULL, sex char(1), birth_date date,
  phone varchar(20), address varchar(200), region_code varchar(12) NOT NULL,
  income numeric(12,2), updated_at timestamptz NOT NULL, case_note text
)"""
FILL_PEOPLE = """
INSERT INTO people SELECT
  region || to_char(born, 'YYYYMMDD') || lpad((n %% 1000)::text, 3, '0') || substr('10X98765432', n %% 11 + 1, 1),
  (ARRAY['张','李','王','欧阳'])[n %% 4 + 1] || (ARRAY['伟','芳','娜','敏','静'])[n %% 5 + 1]
    || (ARRAY['','军','强'])[n %% 3 + 1],
  (n %% 2 + 1)::text, born, '138' || lpad(n::text, 8, '0'),
  '江苏省' || region || '路' || n || '号', village, (n %% 200000) + 0.25,
  timestamptz '2026-06-01 08:00+08' + n * interval '1 minute', 'not for sharing ' || n
FROM (
  SELECT n, date '1950-01-01' + n AS born,
    (ARRAY['320613','320613','320500'])[n %% 3 + 1] AS region,
    (ARRAY['320613100001','320613002004','320500000000'])[n %% 3 + 1] AS village
  FROM generate_series(1, %s) AS n
) AS made
"""


@pytest.fixture(scope="session")
def source(django_db_setup: None, django_db_blocker) -> Iterator[SourceDatabase]:
    """The provider's database: 900 people, a third of them in Hongqiao."""
    with django_db_blocker.unblock():
        main = connection.get_connection_params()
    place = {
        "host": main.get("host"),
        "port": int(main.get("port") or 5432),
        "user": main.get("user"),
    }
    if main.get("password"):
        place["password"] = main["password"]
    name = f"source_{main['dbname']}"[:63]
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(dbname=main["dbname"], autocommit=True, **place) as link:
        link.execute(drop)
        link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    database = SourceDatabase(place["host"], place["port"], name, place["user"])
    with database.connect() as link:
        link.execute(MAKE_PEOPLE)
        link.execute(FILL_PEOPLE, [900])
    yield database
    with psycopg.connect(dbname=main["dbname"], autocommit=True, **place) as link:
        link.execute(drop)
