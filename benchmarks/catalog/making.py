"""A made-up catalog of any size, with titles as long and as often alike as real ones.

Of 35,124 titles of three provinces half have up to 15 characters and one in twenty has more than
34; the commonest pair of characters stands in 24 % of them, the hundredth in 1.6 %, the
thousandth in 0.2 %.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

WORDS = Path(__file__).with_name("words.tsv")
BUNDLES = 9_000
"""Different sets of departments to which entries are granted."""
HEAVY = (0.25, 0.09, 0.05, 0.0012)
"""Share of the entries that each of the first departments may see; the others share the rest."""
PROFILES = {"S": (3, 700), "M": (1, 2, 701), "L": (0, 1, 2, 702)}
"""Officials by the places of their departments: about 2,000, 140,000 and 389,000 of a million."""
DEPTH = 5

_TABLE = "CREATE UNLOGGED TABLE made (n int PRIMARY KEY, title text, abstract text, department int)"
_ITEMS = "CREATE UNLOGGED TABLE made_item (n int, position int, name text)"


class Titles:
    """Titles, descriptions and names of items, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - the same entries each time
        words: dict[str, list[str]] = defaultdict(list)
        weights: dict[str, list[float]] = defaultdict(list)
        for line in WORDS.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                part, weight, texts = line.split("\t")
                given = texts.split()
                words[part] += given
                weights[part] += [float(weight)] * len(given)
        self._words = words
        self._sums = {part: _sums(listed) for part, listed in weights.items()}

    def pick(self, part: str) -> str:
        """One word of a part of the list."""
        return self.chance.choices(self._words[part], cum_weights=self._sums[part])[0]

    def title(self) -> str:
        """One title."""
        chance = self.chance.random
        parts = [self.pick("place")] if chance() < 0.55 else []
        if chance() < 0.15:
            parts.append(self.pick("office"))
        if chance() < 0.2:
            parts.append(self.pick("year"))
        parts += [self.pick("subject") for _ in range(self.chance.choice((1, 2, 2, 3, 3, 4, 5)))]
        parts.append(self.pick("kind") if chance() < 0.7 else self.pick("subject"))
        return "".join(parts)

    def abstract(self, title: str) -> str:
        """A description: often the title once more, as in life."""
        return title if self.chance.random() < 0.5 else f"{title}，包括{self.title()}"

    def items(self) -> list[str]:
        """Names of data items; three of four entries have none."""
        return [self.pick("item") for _ in range(4)] if self.chance.random() < 0.25 else []


def _sums(weights: list[float]) -> list[float]:
    total, sums = 0.0, []
    for weight in weights:
        total += weight
        sums.append(total)
    return sums


def make_departments(number: int) -> list[Any]:
    """Departments with their permission groups."""
    from django.contrib.auth.models import Group

    from portal.organisation.models import Department, Region

    nation = Region.objects.get_or_create(
        code="000000", defaults={"name": "全国", "level": "nation"}
    )[0]
    groups = Group.objects.bulk_create(Group(name=f"department {n}") for n in range(number))
    return Department.objects.bulk_create(
        Department(
            name=f"第{n}局", region=nation, group=group, verified=False, valid_from=date(2020, 1, 1)
        )
        for n, group in enumerate(groups)
    )


def make_entries(number: int, departments: list[Any]) -> None:
    """Entries that only their provider and the grants of ``make_grants`` let be seen."""
    from django.db import connection

    from catalog.models import DataItem, Resource, ResourceVersion

    titles, rows = Titles(1), _rows(number, len(departments))
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
        cursor.execute(_ITEMS)
        items = []
        with cursor.copy("COPY made FROM STDIN") as copy:
            for n, department in rows:
                title = titles.title()
                copy.write_row((n, title, titles.abstract(title), department))
                items += [(n, place, name) for place, name in enumerate(titles.items())]
        with cursor.copy("COPY made_item FROM STDIN") as copy:
            for item in items:
                copy.write_row(item)
        cursor.execute("CREATE TABLE office (place int PRIMARY KEY, id int, group_id int)")
        with cursor.copy("COPY office FROM STDIN") as copy:
            for place, one in enumerate(departments):
                copy.write_row((place, one.pk, one.group_id))
        start = f"(SELECT coalesce(max(id), 0) FROM {ResourceVersion._meta.db_table})"  # noqa: S608
        cursor.execute(f"CREATE TABLE base AS SELECT {start}::int AS first")
        cursor.execute("SET session_replication_role = replica")  # no checks of keys row by row
        _insert(cursor, Resource, RESOURCE, "made JOIN office ON place = department, base")
        _insert(cursor, ResourceVersion, VERSION, "made, base")
        _insert(cursor, DataItem, ITEM, "made_item JOIN made USING (n), base")
        cursor.execute("SET session_replication_role = DEFAULT")
        table = ResourceVersion._meta.db_table
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608
        )


_KEY = "md5('entry' || n)::uuid"
_AT = "timestamptz '2026-11-23 00:00+08' - n * interval '1 minute'"
RESOURCE = {
    "id": _KEY, "provider_id": "office.id", "status": "'published'", "visibility": "'limited'",
    "live_id": "base.first + n", "code": "'307001/' || n", "created_at": _AT, "updated_at": _AT,
    "external_key": "null",
}  # fmt: skip
VERSION = {
    "id": "base.first + n", "resource_id": _KEY, "number": "1", "status": "'published'",
    "title": "made.title", "abstract": "made.abstract", "created_at": _AT, "published_at": _AT,
    "sharing_type": "(ARRAY['unconditional','conditional','non_shared'])[1 + n %% 3]",
    "update_cycle": "(ARRAY['realtime','daily','monthly','quarterly','yearly'])[1 + n / 7 %% 5]",
    "format_class": "(1 + n / 3 %% 7)::text", "theme": "'主题' || n %% 20", "grade": "1 + n %% 4",
    "open_type": "(ARRAY['open','on_request','closed'])[1 + n / 5 %% 3]",
    "sharing_modes": "CASE WHEN n %% 2 = 0 THEN '{file}' ELSE '{api,file}' END::varchar[]",
}  # fmt: skip
ITEM = {
    "version_id": "base.first + n", "key": "'c' || position", "name": "name", "position": "position", "data_type": "'C'", "length": "40"
}  # fmt: skip


def _insert(cursor: Any, model: Any, given: dict[str, str], source: str) -> None:
    """Rows with the given values; every other column has what a new object has."""
    from django.db.models import NOT_PROVIDED

    columns, values, params = [], [], []
    blank = model()
    for field in model._meta.concrete_fields:
        if field.column in given:
            columns.append(field.column)
            values.append(given[field.column])
        elif not field.primary_key and field.db_default is NOT_PROVIDED:
            columns.append(field.column)
            values.append(f"%s::{field.db_type(_connection())}")
            value = getattr(blank, field.attname)
            params.append(field.get_db_prep_save(value, _connection()))
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)})"  # noqa: S608
        f" SELECT {', '.join(values)} FROM {source}",
        params,
    )


def _connection() -> Any:
    from django.db import connection

    return connection


def _rows(number: int, departments: int) -> Iterator[tuple[int, int]]:
    chance = random.Random(2)  # noqa: S311 - the same entries each time
    for n in range(1, number + 1):
        yield n, chance.randrange(len(HEAVY), departments)


def make_grants(number: int, departments: list[Any], entries: int) -> int:
    """guardian's rows: each entry is granted to one of the bundles of departments."""
    from django.db import connection

    chance = random.Random(3)  # noqa: S311 - the same grants each time
    each = max(1, round(number / entries))
    bundles = []
    for bundle in range(BUNDLES):
        chosen = set()
        draw = chance.random()
        for place, share in enumerate(HEAVY):
            if draw < share:
                chosen.add(place)
                break
            draw -= share
        while len(chosen) < each:
            chosen.add(chance.randrange(len(HEAVY), len(departments)))
        bundles += [(bundle, place) for place in chosen]
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNLOGGED TABLE bundle (bundle int, place int)")
        with cursor.copy("COPY bundle FROM STDIN") as copy:
            for row in bundles:
                copy.write_row(row)
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(GRANTS.format(bundles=BUNDLES))
        made = int(cursor.rowcount)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE")
    return made


GRANTS = """
INSERT INTO catalog_resourcegroupobjectpermission (permission_id, group_id, content_object_id)
SELECT (SELECT id FROM auth_permission WHERE codename = 'view_resource'), group_id,
  md5('entry' || n)::uuid
FROM made JOIN bundle ON bundle = abs(hashint4(n)) % {bundles} JOIN office USING (place)
"""
