"""The catalog as other catalogs read it: DCAT-AP 3 graphs and CKAN's action API, read only."""
