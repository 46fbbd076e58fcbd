"""The address that was probably meant by one that is not there."""

from __future__ import annotations

from collections.abc import Collection

from installation.core.diagnostics import near


def nearest_address(address: str, addresses: Collection[str]) -> str:
    """The one of `addresses` that differs by case, slashes or a few letters; empty for none."""
    bare = "/" + "/".join(filter(None, address.split("/"))).lower()
    for known in addresses:
        if known.lower() == bare:
            return known
    parent = bare.rpartition("/")[0] + "/"
    siblings = [known for known in addresses if known.lower().startswith(parent)]
    found = near(bare, siblings) or near(bare, addresses)
    return found.partition('"')[2].rpartition('"')[0]
