"""How cases look to people: words for codes, chains, timelines. Pages show what this makes."""
