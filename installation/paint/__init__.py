"""Painting: what the painter is asked for, the network, its training, and other engines behind the same interface."""
