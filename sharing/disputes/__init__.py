"""Corrections, objections, disputes and complaints: who may take which step when. Pure.

One pattern serves all four kinds of concern: ``rules`` holds their tables, ``decide`` turns an
order into events or says why not, ``evolve`` folds events into the state, ``ladder`` finds the
authority that mediates, ``document`` writes the reference. No tables, no clock.
"""
