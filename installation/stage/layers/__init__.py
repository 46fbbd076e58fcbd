"""Layers of the canvas: the crossfade between scenes, and transitions."""
