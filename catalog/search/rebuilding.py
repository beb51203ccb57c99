"""Building the whole index anew beside the old one: quicker than row by row, and unnoticed.

Several processes make the rows and write them to tables of their own, which nobody reads. Then
everything that officials changed in the meantime is taken over from the tables in use, and the new
ones take their place. Readers never wait; whoever changes an entry waits for the last step.
"""

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from catalog.models import Resource, ResourceSearch, ResourceWords
from catalog.search.index import KEPT, compose
from portal.errors import NotAllowed
from portal.pool import share

CHUNK = 2_000


def _columns(model: type[ResourceSearch] | type[ResourceWords]) -> tuple[str, ...]:
    return tuple(str(field.column) for field in model._meta.concrete_fields)


_ROWS = tuple(name for name in _columns(ResourceSearch) if name != "changed_in")

PREPARE = """
DROP TABLE IF EXISTS catalog_search_new, catalog_words_new;
CREATE UNLOGGED TABLE catalog_search_new (LIKE catalog_resourcesearch);
CREATE TABLE catalog_words_new (LIKE catalog_resourcewords);
"""
START = "SELECT pg_current_snapshot()::text"
INDEX = """
SET LOCAL maintenance_work_mem = '512MB';
ALTER TABLE catalog_words_new ADD PRIMARY KEY (row_id);
CREATE INDEX catalog_words_vector_new ON catalog_words_new USING gin (vector);
"""
"""One after the other, for the second needs no look at the rows of the first."""
LOCK = "LOCK TABLE catalog_resourcesearch, catalog_resourcewords IN SHARE ROW EXCLUSIVE MODE"
CATCH_UP = """
CREATE TEMP TABLE search_changed ON COMMIT DROP AS
  SELECT resource_id FROM catalog_resourcesearch
  WHERE changed_in >= pg_snapshot_xmin(%(start)s::pg_snapshot)::text::bigint
    AND changed_in <= pg_current_xact_id()::text::bigint
    AND NOT pg_visible_in_snapshot(changed_in::text::xid8, %(start)s::pg_snapshot);
DELETE FROM catalog_search_new AS new WHERE EXISTS
    (SELECT FROM search_changed AS changed WHERE changed.resource_id = new.resource_id)
  OR NOT EXISTS (SELECT FROM catalog_resource AS entry WHERE entry.id = new.resource_id);
DELETE FROM catalog_words_new AS new WHERE NOT EXISTS
  (SELECT FROM catalog_search_new AS row WHERE row.resource_id = new.row_id);
INSERT INTO catalog_words_new SELECT words.* FROM catalog_resourcewords AS words
  JOIN search_changed ON resource_id = row_id;
"""
_SETTLED = [name for name in _ROWS if name != "resource_id" and name not in KEPT]
WRITE_ROWS = f"""
INSERT INTO catalog_resourcesearch AS row ({", ".join(_ROWS)})
  SELECT {", ".join(_ROWS)} FROM catalog_search_new
ON CONFLICT (resource_id) DO UPDATE SET
  {", ".join(f"{name} = excluded.{name}" for name in _SETTLED)}
WHERE ({", ".join(f"row.{name}" for name in _SETTLED)})
  IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _SETTLED)});
SET CONSTRAINTS ALL IMMEDIATE;
"""  # noqa: S608 - names of columns, all ours
SWAP = """
ALTER TABLE catalog_words_new ADD CONSTRAINT {foreign_key} FOREIGN KEY (row_id)
  REFERENCES catalog_resourcesearch (resource_id) DEFERRABLE INITIALLY DEFERRED;
DROP TABLE catalog_resourcewords;
ALTER TABLE catalog_words_new RENAME TO catalog_resourcewords;
ALTER INDEX catalog_words_new_pkey RENAME TO catalog_resourcewords_pkey;
ALTER INDEX catalog_words_vector_new RENAME TO catalog_words_vector;
DROP TABLE catalog_search_new;
"""
FOREIGN_KEY = """
SELECT conname FROM pg_constraint
WHERE conrelid = 'catalog_resourcewords'::regclass AND contype = 'f'
"""


def reindex_all(processes: int = 0) -> int:
    """Write every search row anew; return of how many entries. As ``rebuild``."""
    done = 0
    for done in rebuild(processes):  # noqa: B007 - the last one counts
        pass
    return done


def rebuild(processes: int | None = None) -> Iterator[int]:
    """Write every search row anew; yield, as it goes on, how many entries are done.

    ``processes``: how many work at it, by default one for each processor; 0 does it all in this
    one. Killed on the way, it leaves the index as it was. NotAllowed while another one is at it.
    """
    workers = (os.cpu_count() or 1) if processes is None else processes
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('catalog.search.rebuild'))")
        if cursor.fetchone() != (True,):
            message = _("The search index is being built anew already.")
            raise NotAllowed(message, remedy=_("Wait until it is done."))
    try:
        with connection.cursor() as cursor:
            cursor.execute(START)
            (start,) = cursor.fetchone()
            cursor.execute(PREPARE)
        ids = Resource.objects.order_by("pk").values_list("pk", flat=True)
        done = 0
        work = f"{write.__module__}.{write.__qualname__}"
        for number in share(work, _chunks(ids.iterator(CHUNK)), processes=workers):
            done += number
            yield done
        _take_over(start)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('catalog.search.rebuild'))")


def _chunks(ids: Iterator[UUID]) -> Iterator[list[UUID]]:
    while chunk := list(islice(ids, CHUNK)):
        yield chunk


def write(ids: list[UUID]) -> int:
    """Write the new rows of these entries; called in processes of their own."""
    rows, words = compose(ids)
    _copy("catalog_search_new", rows)
    _copy("catalog_words_new", words)
    return len(ids)


def _copy(table: str, made: Sequence[ResourceSearch | ResourceWords]) -> None:
    if not made:
        return
    fields = made[0]._meta.concrete_fields
    columns = ", ".join(_columns(type(made[0])))
    statement = f"COPY {table} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for one in made:
            copy.write_row([getattr(one, field.attname) for field in fields])


@transaction.atomic
def _take_over(start: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(INDEX)
        cursor.execute(LOCK)
        cursor.execute(CATCH_UP, {"start": start})
        cursor.execute(WRITE_ROWS)
        cursor.execute(FOREIGN_KEY)
        (foreign_key,) = cursor.fetchone()
        cursor.execute(SWAP.format(foreign_key=connection.ops.quote_name(foreign_key)))
