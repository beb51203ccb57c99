"""Finding a Chromium for the browser tests."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the browser that CHROMIUM names, or the first one installed, or None."""
    if wanted := os.environ.get("CHROMIUM"):
        return shutil.which(wanted)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def missing_browser() -> str | None:
    """Return why browser tests cannot run, or None."""
    if find_chromium():
        return None
    if wanted := os.environ.get("CHROMIUM"):
        return f"CHROMIUM={wanted} is not a program"
    return f"none of {', '.join(NAMES)} is installed and CHROMIUM is not set"
