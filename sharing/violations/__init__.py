"""Finding what articles 39 to 41 of Decree 809 name, and following it (R42).

Other parts of sharing add what they know of from ``AppConfig.ready``::

    register_detector("late_correction", article="39(6)", name=_("late correction"), find=late)

``find(now)`` yields a ``Finding`` for every breach there is, also for those found before: the
register enters each ``key`` once. ``refuted(keys, now)`` names those of ``keys`` that are none any
more, because a due date was moved for example; without it nothing lapses by itself.
"""

from sharing.violations.registry import Detector, Finding, detectors, register_detector

__all__ = ["Detector", "Finding", "detectors", "register_detector"]
