"""MIDI devices, the mapping of controllers to knobs, and the knob that is selected to be turned or learned."""
