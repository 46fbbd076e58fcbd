"""The show: assembly from a venue, loop, governor, playlist, triggers, knob tree, recording."""
