"""Write the reference pages of docs/ and the HTML site: `python -m installation.docs [--out FOLDER]`, or `make docs`.

Ends with status 1 where a link leads nowhere; the site that was built before stays then.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from installation.docs.reference_pages import reference_pages
from installation.docs.site import read_site

ROOT = Path(__file__).parents[2]
"""The repository."""
MARKER = ".visitant-site"
"""A file in a site that this command wrote: the folder of another one is never removed."""


def main(arguments: list[str] | None = None) -> int:
    """Build everything; returns the status."""
    parser = argparse.ArgumentParser(prog="python -m installation.docs", description="build docs/ and its site")
    parser.add_argument("--root", type=Path, default=ROOT, metavar="FOLDER", help="the repository")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where the site goes (default: build/site)")
    given = parser.parse_args(arguments)
    docs, out = given.root / "docs", given.out or given.root / "build" / "site"
    for name, text in reference_pages(docs).items():
        (docs / name).write_text(text, encoding="utf-8")
    site = read_site(given.root)
    if site.broken:
        for each in site.broken:
            print(each, file=sys.stderr)
        print(f"{len(site.broken)} broken links", file=sys.stderr)
        return 1
    if given.out is not None and out.exists() and not (out / MARKER).is_file():
        if not out.is_dir() or any(out.iterdir()):
            print(f"{out}: exists already, and is no site of ours; name another folder", file=sys.stderr)
            return 1
    elif out.is_dir():
        shutil.rmtree(out)  # the site of before, which may hold pages that are gone
    site.write(out)
    (out / MARKER).touch()
    print(f"{out / 'index.html'}: {len(site.pages)} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
