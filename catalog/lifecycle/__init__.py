"""The life cycle of an entry's version: who may take which step when. Pure: no tables, no clock.

``terms`` names things, ``rules`` is the table status × part × command → next status, ``decide``
asks it together with what no table can say, ``difference`` compares two versions.
"""
