"""The life of a grant in the database: one door for commands, what follows, the usage register."""

from sharing.granting.door import available_commands, execute_on_grant, run_by_clock

__all__ = ["available_commands", "execute_on_grant", "run_by_clock"]
