"""Presets and cues: their files, fades, and playback."""
