"""OSC and VMC, measured."""
