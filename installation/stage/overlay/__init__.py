"""Text over the picture: faults, help, the selected knob."""
