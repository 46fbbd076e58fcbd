"""What every room stands on: errors, diagnostics, settings, TOML, downloads, weights headers."""
