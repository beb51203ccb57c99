from typing import Any
def compare(entries: int) -> Any:
    return iter(())
