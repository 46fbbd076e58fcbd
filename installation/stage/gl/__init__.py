"""OpenGL: shaders with hot reload, render targets, render passes, text and lines."""
