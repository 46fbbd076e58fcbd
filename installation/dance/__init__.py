"""Dancers: bodies that a network moves, who answer the visitors."""
