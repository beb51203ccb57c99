"""Figures, how they are taken, and the table that shows them."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing; ``value`` is judged against ``goal``.

    ``most``: the goal is the most there may be, otherwise the least.
    """

    name: str
    value: float
    unit: str
    goal: float | None = None
    most: bool = False
    note: str = ""
    always: bool = False
    """Whether the goal holds at every size."""

    @property
    def missed(self) -> bool:
        """Whether there is a goal that was not reached."""
        if self.goal is None:
            return False
        return self.value > self.goal if self.most else self.value < self.goal


def in_turns(*calls: Callable[[], Any], rounds: int = ROUNDS) -> list[float]:
    """Median seconds of each, run in turns after a warm-up."""
    for call in calls:
        call()
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for call, kept in zip(calls, times, strict=True):
            started = time.perf_counter()
            call()
            kept.append(time.perf_counter() - started)
    return [statistics.median(kept) for kept in times]


def show(title: str, figures: Sequence[Figure], *, judged: bool) -> None:
    """The table of one run."""
    table = Table(title=title, title_justify="left")
    table.add_column("what")
    table.add_column("figure", justify="right")
    table.add_column("goal", justify="right")
    table.add_column("")
    table.add_column("note")
    for one in figures:
        goal = "" if one.goal is None else f"{'≤' if one.most else '≥'} {one.goal:g} {one.unit}"
        verdict = "" if one.goal is None or not (judged or one.always) else "ok"
        table.add_row(
            one.name, f"{one.value:,.4g} {one.unit}", goal, "missed" if verdict and one.missed
            else verdict, one.note,
        )  # fmt: skip
    Console(width=150).print(table)
