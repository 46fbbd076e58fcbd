"""venue.toml: its schema, loader and reference."""
