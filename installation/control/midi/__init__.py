"""MIDI devices, and the mapping of controllers to knobs."""
