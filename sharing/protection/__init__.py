"""Protection of data on its way out: masks, pseudonyms, manifests, encrypted credentials."""
