"""Clocks from elsewhere: Ableton Link, MIDI clock, MTC, LTC, and the choice of the one that leads the pulse."""
