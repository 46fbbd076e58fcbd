"""The artworks: one Python file each, with its GLSL beside it."""
