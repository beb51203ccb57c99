"""Applications at scale: signing many, lists, figures of offices, the ledger.

Each figure stands beside what it is compared with, taken in the same run in turns: one by one,
or plain SQL for the same rows. Ratios are judged at every size; ``--applications 100000`` makes
two million events.
"""

import argparse
import time
from collections.abc import Iterator

from benchmarks.catalog import services
from benchmarks.catalog.table import Figure, show


def main(arguments: list[str]) -> int:
    """Print the tables; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.approval", description=__doc__)
    parser.add_argument("--applications", type=int, default=10_000)
    parser.add_argument("--signed", type=int, default=1_000, help="signed in one go")
    parser.add_argument("--entries", type=int, default=200_000, help="of the ledger, verified")
    parser.add_argument("--part", action="append", choices=["signing", "reading", "ledger"])
    options, _rest = parser.parse_known_args(arguments)
    with services():
        figures = []
        for figure in measure(options):
            print(f"{figure.name}: {figure.value:,.4g} {figure.unit} {figure.note}", flush=True)
            figures.append(figure)
    show(f"{options.applications:,} applications", figures, judged=True)
    missed = [figure.name for figure in figures if figure.missed]
    if missed:
        print("missed: " + "; ".join(missed))
    return int(bool(missed))


def measure(options: argparse.Namespace) -> Iterator[Figure]:
    """Every figure, in the order of the tables."""
    from benchmarks.approval import ledger, making, reading, signing

    parts = set(options.part or ["signing", "reading", "ledger"])
    if parts & {"signing", "reading"}:
        world = making.make_world()
        started = time.perf_counter()
        events = making.make_applications(world, options.applications, options.signed)
        seconds = time.perf_counter() - started
        print(f"{events:,} events written in {seconds:.0f} s", flush=True)
        if "signing" in parts:
            yield from signing.compare(world, options.signed)
        if "reading" in parts:
            yield from reading.compare(world)
    if "ledger" in parts:
        yield from ledger.compare(options.entries)
