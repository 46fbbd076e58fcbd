"""Trouble: an error that a person can mend, told without a traceback."""

from __future__ import annotations


class Trouble(Exception):
    """Its text says what was wrong, where, and what would be right; commands print it and stop."""

    status = 1
    """The exit status of a command that ends with it."""
