"""Reminding of due dates, and what follows when they pass: supervisor, authority, register.

Other parts of sharing add their clocks from ``AppConfig.ready``::

    register_clock(Clock("correction", name=_("correction"), article="26", find=open_corrections))

``find`` yields what is open and has a due date; the ladder in force for the region says when whom
to tell. The last step, the register of violations, is the detectors' own: ``is_for_register`` tells
them whether something is late enough.
"""

from sharing.escalation.registry import Clock, Subject, clocks, register_clock

__all__ = ["Clock", "Subject", "clocks", "register_clock"]
