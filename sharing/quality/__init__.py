"""Checks of attached data (R29): rules proposed from the items, run every night or when asked.

``proposals`` and ``engine`` are pure; ``checks`` asks for a check, ``running`` does it. Results go
to the catalog as counts; failing rows stay here, masked, for 30 days and for managers only.
"""
