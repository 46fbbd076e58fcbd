"""OSC: codec, address patterns, arguments, receiver, sender and targets."""
