"""Errors that a user can mend; commands print them without a traceback."""

from __future__ import annotations


class UserError(Exception):
    """An error whose text says what is wrong, where, and what would be right; a command prints it and stops."""

    status = 1
    """The exit status of a command that ends with it."""


class UsageError(UserError):
    """Options that are wrong, or mean nothing together; nothing was begun."""

    status = 2
