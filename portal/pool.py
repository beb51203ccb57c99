"""Work shared out to several processes of this machine, each with a connection of its own."""

import gc
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from typing import Any

AHEAD = 4
"""Pieces that wait for each process, so that none is idle and memory holds few."""


def share(work: str, pieces: Iterable[Any], *, processes: int) -> Iterator[Any]:
    """What the function ``work`` (its dotted name) returns for each piece, in no order.

    With 0 processes it runs in this one. The first exception ends it.
    """
    if not processes:
        for piece in pieces:
            yield _call(work, piece)
        return
    from django.db import connection  # a new process imports this module before it is set up

    database = connection.settings_dict["NAME"]
    # a process that was started anew shares no connection with this one
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin, (database,))
    with pool:
        waiting: set[Future[Any]] = set()
        for piece in pieces:
            waiting.add(pool.submit(_call, work, piece))
            if len(waiting) >= AHEAD * processes:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (job.result() for job in done)
        yield from (job.result() for job in waiting)


def _begin(database: str) -> None:
    import django
    from django.db import connection

    django.setup()
    gc.freeze()  # what was imported stays: looking through it again and again halves the speed
    connection.settings_dict["NAME"] = database


def _call(work: str, piece: Any) -> Any:
    from django.utils.module_loading import import_string

    return import_string(work)(piece)
