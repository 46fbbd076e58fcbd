"""Presets and cues: files, fades, the player."""
