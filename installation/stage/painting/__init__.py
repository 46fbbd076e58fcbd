"""Paintings as textures and as oil on linen."""
