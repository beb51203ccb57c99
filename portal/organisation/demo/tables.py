"""Reading the word lists beside the code: tab-separated, # begins a comment line."""

from collections.abc import Iterator
from pathlib import Path


def rows(path: Path, columns: int) -> Iterator[list[str]]:
    """Yield the rows of a word list; "-" stands for an empty cell.

    Raises ValueError naming file and line when a row has another number of cells.
    """
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        cells = ["" if cell == "-" else cell for cell in line.split("\t")]
        if len(cells) != columns:
            message = f"{path.name}:{number}: {len(cells)} cells instead of {columns}"
            raise ValueError(message)
        yield cells
