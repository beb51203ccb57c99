"""The way of a demand: who may take which step when. Pure: no tables, no clock.

``terms`` names things, ``rules`` is the table status × part × command → next status, ``decide``
asks it together with what no table can say, ``document`` writes it into the reference.
"""
