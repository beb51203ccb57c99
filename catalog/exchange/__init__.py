"""Catalogs in and out: imports and their defect reports."""
