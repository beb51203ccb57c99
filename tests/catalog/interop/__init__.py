"""Tests of what other catalogs read."""
