"""The catalog at scale: what an official may see, pages, filters, words, rights given in bulk.

Beside each figure stands what it is compared with, taken in the same run in turns: PostgreSQL
without any permission, guardian's own shortcuts, GROUPING SETS, LIKE. Ratios are judged only from
a million entries on (``--entries 1000000``); the smaller size shows that everything still works.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

from benchmarks.catalog.table import Figure, show

ON = date(2026, 11, 23)


def main(arguments: list[str]) -> int:
    """Print the tables; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.catalog", description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--departments", type=int, default=3_000)
    parser.add_argument("--grants", type=int, help="object permissions; two for each entry")
    parser.add_argument("--catalogs", type=Path, default=os.environ.get("CATALOGS") or None,
                        help="folder of real catalogs (*.jsonl.gz): recall and precision on them")  # fmt: skip
    options, _rest = parser.parse_known_args(arguments)
    with services():
        figures = []
        for figure in measure(options):
            print(f"{figure.name}: {figure.value:,.4g} {figure.unit}", flush=True)
            figures.append(figure)
    whole = options.entries >= 1_000_000
    title = f"{options.entries:,} entries, {options.departments:,} departments"
    show(title, figures, judged=whole)
    missed = [figure.name for figure in figures if figure.missed and (whole or figure.always)]
    if missed:
        print("missed: " + "; ".join(missed))
    return int(bool(missed))


def measure(options: argparse.Namespace) -> Iterator[Figure]:
    """Every figure, in the order of the tables."""
    from benchmarks.catalog import making, quality, rights, words

    departments = making.make_departments(options.departments)
    started = time.perf_counter()
    making.make_entries(options.entries, departments)
    print(f"entries written in {time.perf_counter() - started:.0f} s", flush=True)
    grants = making.make_grants(options.grants or 2 * options.entries, departments, options.entries)
    print(f"{grants:,} object permissions", flush=True)
    yield from words.indexing(options.entries)
    officials = rights.make_officials(departments)
    yield from rights.compare(officials)
    yield from words.compare(officials)
    yield from rights.give(departments[-1], min(100_000, options.entries // 2))
    if options.catalogs:
        yield from quality.compare(options.catalogs)


@contextmanager
def services() -> Iterator[None]:
    """A throw-away database with the portal's tables, and Django set up for it."""
    from portal.embedded import hold

    with ExitStack() as stack:
        base = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        base.chmod(0o711)
        var = base / "var"
        stack.enter_context(hold(var, label="benchmark", needs=["postgres"]))
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "GOVSHARE_VAR": str(var),
            "LOG_LEVEL": "ERROR",
        }
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        yield
        connections.close_all()
