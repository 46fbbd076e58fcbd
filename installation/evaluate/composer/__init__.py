"""How well the composer knows music that it has not read, and whether it does what its knobs ask."""
