"""Diffusion models of few steps behind the painter's interface, in a loop made for a stream of pictures."""
