"""Taking over the entries of other catalogs: gather, compare, accept, apply (ADR 0015)."""
