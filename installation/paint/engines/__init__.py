"""Painting engines behind one interface: the built-in network, and diffusion models."""
