#!/usr/bin/env python
"""Command line of the portal."""

import os
import sys

WITHOUT_SERVICES = {
    "check", "check_translations", "collectstatic", "compilemessages", "diffsettings", "doctor",
    "findstatic", "help", "run", "update_translations", "verify_delivery", "version",
}  # fmt: skip
"""Commands that read no data, and those that look after the services themselves."""


def needs_services(arguments: list[str]) -> bool:
    """Tell whether a command line needs the embedded services, where the portal has its own."""
    command = next((word for word in arguments if not word.startswith("-")), "help")
    asks_for_help = any(word in {"-h", "--help", "--version"} for word in arguments)
    return command not in WITHOUT_SERVICES and not asks_for_help


def main() -> None:
    """Run one management command; embedded services run at least until it has ended."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.management import execute_from_command_line

    from portal.embedded import EmbeddedError, hold
    from portal.env import EMBEDDED_SERVICES, VAR_DIR

    if not (EMBEDDED_SERVICES and needs_services(sys.argv[1:])):
        execute_from_command_line(sys.argv)
        return
    try:
        lease = hold(VAR_DIR, label=f"manage.py {sys.argv[1]}", needs=EMBEDDED_SERVICES)
    except EmbeddedError as error:
        raise SystemExit(str(error)) from error
    with lease:
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
