"""Reading ahead: the source in a thread of its own, with signs of life while it keeps us waiting."""

import queue
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Final, Self

import pyarrow as pa

from sharing.connectors.base import Connector, Query

_AHEAD: Final = 3
_STEP: Final = 0.2


class _End:
    """The source has no more, or failed."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class Reader:
    """Fetches in a thread. Leaving it cancels the fetch and waits until the session is freed."""

    def __init__(self, connector: Connector, query: Query) -> None:
        self._connector = connector
        self._query = query
        self._queue: queue.Queue[pa.RecordBatch | _End] = queue.Queue(_AHEAD)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pull-reader", daemon=True)

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            batches = self._connector.fetch(self._query)
            try:
                for batch in batches:
                    if not self._hand_over(batch):
                        break
            finally:
                if close := getattr(batches, "close", None):
                    close()
        except BaseException as caught:  # noqa: BLE001 - raised again in the thread that waits
            error = caught
        self._hand_over(_End(error))

    def _hand_over(self, item: pa.RecordBatch | _End) -> bool:
        while not self._stop.is_set():
            try:
                self._queue.put(item, timeout=_STEP)
            except queue.Full:
                continue
            return True
        return False

    def batches(self, *, patience: float) -> Iterator[pa.RecordBatch | None]:
        """Yield batches as they come, and None whenever ``patience`` seconds brought nothing."""
        while True:
            try:
                item = self._queue.get(timeout=patience)
            except queue.Empty:
                yield None
                continue
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        while self._thread.is_alive():
            self._connector.cancel()
            self._thread.join(_STEP)
