"""How supervision goes on: the life of a case of oversight, and the ladder that leads to it.

Pure: no tables, no clock. ``terms`` names things, ``rules`` is the table kind × status × part ×
command → next status, ``decide`` asks it together with what no table can say, ``ladder`` tells
which step of reminding and supervising a due date has reached, ``document`` writes both into the
reference.
"""
