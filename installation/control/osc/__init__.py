"""OSC: codec, address patterns, receiver, sender and targets; a layout for Open Stage Control."""
