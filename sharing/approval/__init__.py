"""The approval core: pure functions over frozen values, no database, no clock, no input or output.

``terms`` says what the words mean, ``commands`` what officials ask for, ``events`` what happened,
``state`` where a case stands; ``organisation`` and ``chain`` plan who signs, ``rules`` says who may
do what when, ``decide`` answers a command with events or a denial, ``evolve`` folds events into the
state, ``clocks`` derives every due date, ``serialise`` writes and reads events, ``document``
describes all of it from the same data.
"""
