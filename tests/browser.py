"""Why browser tests cannot run."""

import os

from portal.management.commands.doctor import BROWSERS, find_chromium


def missing_browser() -> str | None:
    """Return why browser tests cannot run, or None."""
    if find_chromium():
        return None
    if wanted := os.environ.get("CHROMIUM"):
        return f"CHROMIUM={wanted} is not a program"
    return f"none of {', '.join(BROWSERS)} is installed and CHROMIUM is not set"
