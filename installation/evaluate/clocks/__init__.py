"""Figures of the clocks: Link with a peer, MIDI clock that jitters, and LTC in noise."""
