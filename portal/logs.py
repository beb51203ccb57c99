"""Log lines."""

import logging


def formatter() -> logging.Formatter:
    """One line an event."""
    return logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
