"""OpenGL: shaders with hot reload, targets, passes."""
