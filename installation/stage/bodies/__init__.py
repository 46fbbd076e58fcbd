"""Visitors, dancers and characters as textures and meshes."""
