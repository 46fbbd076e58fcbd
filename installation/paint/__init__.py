"""Painting: requests and client, the worker, styles, guides, and engines behind one interface."""
