"""Building blocks of pages: dates in words, form fields, chains. Used by the ``portal`` tags."""
