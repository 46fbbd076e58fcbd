"""Compare what two revisions of this checkout produce from the same input, byte by byte.

    python -m tests.same_output REVISION --media DIR --characters DIR

A change that only moves or renames code must not change a film, a retargeted file or a dancer's answer. REVISION is
checked out as a temporary worktree; both run on this machine, one after the other, because encoders and kernels may
differ between processors. Exit status 1 when any file differs.
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
WALKER = "sports2d_demo_1person.mp4"
FOUR_PEOPLE = "composite_4persons.mp4"
CHARACTER = "human_male_cc0.glb"
FILM_OPTIONS = ("--size", "320x180", "--fps", "15", "--seconds", "4", "--seed", "3")


def commands(media: Path, characters: Path) -> dict[str, list[str]]:
    """Output file name -> arguments of `visitant` that make it, without `--out`."""
    walker, four, character = media / WALKER, media / FOUR_PEOPLE, characters / CHARACTER
    retarget = ["retarget", str(walker), "--seconds", "3"]
    return {
        "tide.mp4": ["film", str(walker), "--scene", "tide", *FILM_OPTIONS],
        "loom.mp4": ["film", str(four), "--scene", "loom", *FILM_OPTIONS],
        "pas_de_deux.mp4": ["film", str(four), "--scene", "pas_de_deux", *FILM_OPTIONS],
        "sitting.mp4": ["film", str(walker), "--scene", "sitting", *FILM_OPTIONS],
        "body.bvh": retarget,
        "character.glb": [*retarget, "--to", str(character)],
        "answer.glb": [*retarget, "--to", str(character), "--dancer"],
    }


def digests(checkout: Path, out: Path, jobs: dict[str, list[str]]) -> dict[str, str]:
    """Run every job with the code of `checkout`; SHA-256 of each file it writes, or the last line of its error."""
    out.mkdir(parents=True)
    found = {}
    for name, arguments in jobs.items():
        begin = time.monotonic()
        command = [sys.executable, "-m", "installation.commands", *arguments, "--out", str(out / name)]
        ran = subprocess.run(command, cwd=checkout, capture_output=True, text=True)
        if ran.returncode:
            found[name] = f"status {ran.returncode}: {(ran.stderr.strip() or 'no message').splitlines()[-1]}"
        else:
            found[name] = hashlib.sha256((out / name).read_bytes()).hexdigest()
        print(f"{checkout.name:12} {name:18} {found[name][:16]} {time.monotonic() - begin:6.1f} s", flush=True)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("revision", help="the revision to compare the working tree with")
    parser.add_argument("--media", type=Path, required=True, help=f"folder with {WALKER} and {FOUR_PEOPLE}")
    parser.add_argument("--characters", type=Path, required=True, help=f"folder with {CHARACTER}")
    parser.add_argument("--only", nargs="+", metavar="FILE", help="compare only these outputs")
    options = parser.parse_args()
    jobs = commands(options.media.resolve(), options.characters.resolve())
    if options.only:
        jobs = {name: jobs[name] for name in options.only}
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder, "before")
        subprocess.run(["git", "worktree", "add", "--detach", str(other), options.revision], cwd=ROOT, check=True)
        try:
            before = digests(other, Path(folder, "out_before"), jobs)
            after = digests(ROOT, Path(folder, "out_after"), jobs)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(other)], cwd=ROOT, check=True)
    failed = [name for name in jobs if before[name] != after[name] or before[name].startswith("status")]
    for name in jobs:
        print(f"{name:18} {'different' if name in failed else 'equal'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
