"""GLSL that scenes share, found by `#include "name.glsl"`."""
