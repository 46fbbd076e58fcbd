"""Paint a picture, a film, a folder of pictures or a guide, with whoever is to be seen in them.

A style is one of the painter's own, or taken from a picture or a folder of them; several are blended by their weights.
Ctrl-C ends a film or a folder early and keeps what is painted. With --out FILE.npz or FILE.guide.png it is the guide
that is written: what the painter would be told. It may be changed, and painted.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from installation.commands import INTERRUPTED, venue_of
from installation.commands.arguments import seconds_of, share_of, size_of
from installation.commands.progress import Advance, progress
from installation.core.errors import UserError
from installation.interface.painter_knobs import DREAM_LAYERS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from installation.eye.photo_figures import FigureFinder
    from installation.interface.commission import Mix
    from installation.paint.engines.engine import Engine

    Pixels = NDArray[np.uint8]
    Array = NDArray[np.float32]

STILLS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}
FILMS = (".mp4", ".mkv")
LONGEST, LONGEST_FILM = 768, 640
"""Pixels of the longer side where no size is asked for: strokes have a size of their own."""
POSE = "pose_landmarker_full.task"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", type=Path, metavar="INPUT", help="picture, film, folder of pictures, or guide")
    parser.add_argument(
        "--style", nargs="+", action="extend", default=[], metavar="S[:WEIGHT]",
        help="names, pictures or folders of pictures; without one, the names are told",
    )  # fmt: skip
    parser.add_argument("--palette", metavar="S", help="whose colours (default: the style's own)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="painting, film, guide, or a folder")
    parser.add_argument("--overwrite", action="store_true", help="even if FILE is there")
    parser.add_argument(
        "--size", type=size_of, metavar="WxH",
        help=f"what it must fit into, keeping its aspect (longer side {LONGEST}, of films {LONGEST_FILM})",
    )  # fmt: skip
    parser.add_argument("--steps", type=int, choices=(1, 2, 3, 4), default=1, help="more are slower, and finer (1)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another number is another hand (1)")
    parser.add_argument("--strength", type=share_of, default=1.0, metavar="X", help="how much of the style, 0..1 (1)")
    parser.add_argument(
        "--dream", type=_dream, metavar="DEPTH[:X]", help=f"dream over it, deeper and deeper: {', '.join(DREAM_LAYERS)}"
    )
    parser.add_argument("--seconds", type=seconds_of, metavar="N", help="of a film, no more than this")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="the painter's, from visitant train (its own)")
    parser.add_argument("--engine", metavar="E", help="what paints (the venue's): builtin or diffusers")
    parser.add_argument("--device", metavar="NAME", help="cpu, cuda, cuda:1, … (default: cuda where it is)")


def run(args: argparse.Namespace) -> int:
    from installation.paint.guide.file import is_guide, write_guide

    try:
        kind = _kind(args.input)
        _check(args, kind)
        if is_guide(args.out):
            with _figure_finder() as figure_finder:
                write_guide(args.out, _guide(args, args.input, figure_finder))
            print(f"{args.out}: the guide of {args.input}")
            return 0
        with _studio(args) as studio:
            return {"folder": _folder, "film": _film}.get(kind, _still)(args, studio)
    except ValueError as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(f"{error.filename or args.out}: {error.strerror or error}") from error


@dataclass(frozen=True)
class Studio:
    """What every painting of one run needs."""

    engine: Engine[Any]
    mix: Mix
    palette: str


def _kind(path: Path) -> str:
    from installation.paint.guide.file import is_guide
    from installation.paint.picture import SUFFIXES

    if path.is_dir():
        return "folder"
    if not path.exists():
        raise UserError(f"{path}: no such file or folder")
    return "guide" if is_guide(path) else "picture" if path.suffix.lower() in SUFFIXES else "film"


def _check(args: argparse.Namespace, kind: str) -> None:
    """Whether what is asked for goes together; raises Trouble before anything is loaded."""
    from installation.paint.guide import file as guide_file

    out: Path = args.out
    if guide_file.is_guide(out):
        if kind != "picture":
            raise UserError(f"{out}: a guide is written of a picture; {args.input} is a {kind}")
    elif kind == "folder":
        if out.exists() and not out.is_dir():
            raise UserError(f"{out}: a file; paintings of a folder go to a folder")
    elif out.suffix.lower() not in (right := FILMS if kind == "film" else tuple(STILLS)):
        raise UserError(f"{out}: expected {', '.join(right)} for the painting of a {kind}")
    if out.resolve() == args.input.resolve():
        raise UserError(f"{out}: is what is to be painted; name another --out")
    if kind != "folder" and out.exists() and not args.overwrite:
        raise UserError(f"{out}: is there already; name another --out, or say --overwrite")
    if args.seconds is not None and kind != "film":
        raise UserError(f"--seconds: {args.input} is a {kind}, and only films have a length")


@contextmanager
def _studio(args: argparse.Namespace) -> Iterator[Studio]:
    """The engine, and the styles that are asked for."""
    import torch

    from installation.commands.setup import ensure
    from installation.offline.paint_inputs import mix_of, named
    from installation.paint.engines.registry import open_engine
    from installation.paint.perceptual import ASSET

    venue = venue_of(args)
    settings = venue.painter
    if settings.threads is not None:
        torch.set_num_threads(settings.threads)
    engine = open_engine(
        args.engine or settings.engine,
        weights=args.weights or settings.weights,
        device=args.device or settings.device,
        diffusion=venue.diffusion.model_copy(update={"stream": False}),
    )
    try:
        if not args.style:
            raise UserError(f"--style: which? There are {', '.join(engine.styles) or 'none by name'}, or any picture")
        if args.dream is not None or any(
            Path(word.rpartition(":")[0] or word).exists() or Path(word).exists() for word in args.style
        ):
            ensure(ASSET)
        with progress("styles") as advance:
            mix = mix_of(engine, args.style, advance)
            palette = named(engine, args.palette) if args.palette else ""
        yield Studio(engine, mix, palette)
    finally:
        engine.close()


@contextmanager
def _figure_finder() -> Iterator[FigureFinder]:
    from installation.commands.setup import ensure
    from installation.eye.photo_figures import open_figure_finder

    ensure(POSE)
    with open_figure_finder() as found:
        yield found


def _guide(args: argparse.Namespace, path: Path, figure_finder: FigureFinder) -> Array:
    """The guide of a picture at the size that is asked for."""
    from installation.offline.paint_inputs import fitted, guide_of
    from installation.paint.picture import read_picture

    wide, high = args.size or (LONGEST, LONGEST)
    picture = read_picture(path, max(wide, high))
    return guide_of(
        picture, fitted((picture.shape[0], picture.shape[1]), (high, wide), args.size is not None), figure_finder
    )


def _paint(args: argparse.Namespace, studio: Studio, guide: Array, out: Path, advance: Advance) -> list[str]:
    """Paint a guide and write it; returns what there is to be said."""
    from PIL import Image

    from installation.offline.paint_inputs import style_of
    from installation.paint.tiles import PaintParameters, paint_tiled
    from motion.atomic_file import atomic_write

    notes: list[str] = []
    style = style_of(studio.engine, studio.mix, studio.palette, args.strength)
    pixels = paint_tiled(
        studio.engine, guide, PaintParameters(style, args.seed, args.steps), advance=advance, on_note=notes.append
    )
    if args.dream is not None:
        from installation.paint import perceptual
        from installation.paint.guide.dream import dream_still

        depth, appetite = args.dream
        pixels = dream_still(pixels, perceptual.load(), depth, appetite, args.seed, advance)
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, STILLS[out.suffix.lower()], **({"quality": 95} if "j" in out.suffix else {}))
    atomic_write(out, data.getbuffer())
    return notes


def _still(args: argparse.Namespace, studio: Studio) -> int:
    from installation.paint.guide.file import is_guide, read_guide

    with progress(args.out.name) as advance:
        if is_guide(args.input):
            guide = read_guide(args.input)
        else:
            with _figure_finder() as figure_finder:
                guide = _guide(args, args.input, figure_finder)
        notes = _paint(args, studio, guide, args.out, advance)
    _tell(notes)
    print(f"{args.out}: {2 * guide.shape[1]}x{2 * guide.shape[0]} pixels")
    return 0


def _folder(args: argparse.Namespace, studio: Studio) -> int:
    """Every picture below a folder, those left out that are painted already."""
    from installation.paint.picture import PictureError, find_pictures

    out = args.out.resolve()
    files = [file for file in find_pictures(args.input) if out not in file.resolve().parents]
    plain = [file.with_suffix("") for file in files]
    notes: list[str] = []
    there = done = failed = 0
    interrupted = False
    try:
        with _figure_finder() as figure_finder, progress(args.out.name) as advance:
            for index, file in enumerate(files):
                advance(index / len(files))
                # Two that only differ in their suffix keep it.
                short = plain.count(plain[index]) == 1
                relative = file.relative_to(args.input)
                painting = args.out / (
                    relative.with_suffix(".png") if short else relative.with_name(f"{file.name}.png")
                )
                if painting.exists() and not args.overwrite:
                    there += 1
                    continue
                try:
                    guide = _guide(args, file, figure_finder)
                    notes += _paint(args, studio, guide, painting, lambda share: None)
                except PictureError as error:
                    failed += 1
                    notes.append(f"{error}: left out")
                else:
                    done += 1
    except KeyboardInterrupt:
        interrupted = True
    _tell(notes)
    if there:
        _tell([f"{there} were painted already, and are left; --overwrite paints them again"])
    print(f"{args.out}: {done} of {len(files)} pictures painted")
    return INTERRUPTED if interrupted else int(failed > 0)


def _film(args: argparse.Namespace, studio: Studio) -> int:
    from installation.commands.setup import ensure
    from installation.eye.offline import observe_clip
    from installation.eye.sources import duration_seconds, open_reader
    from installation.interface.painter_knobs import PainterSettings
    from installation.offline.painted_film import painted, write
    from installation.venue.schema import CameraSection

    ensure(POSE)
    length = duration_seconds(str(args.input))
    length = min(filter(None, (length, args.seconds)), default=None)
    reader = open_reader(str(args.input), 30.0, None)
    notes: list[str] = []
    looks = observe_clip(reader, CameraSection(mirror=False), venue_of(args).eye, notes)
    wide, high = args.size or (LONGEST_FILM, LONGEST_FILM)
    depth, dream = args.dream or (DREAM_LAYERS[0], 0.0)
    wishes = PainterSettings(
        seed=float(args.seed), steps=args.steps, strength=args.strength, dream=dream, dream_layer=depth
    )
    larger = args.size is not None
    with progress(args.out.name) as advance:
        result = write(
            args.out,
            painted(studio.engine, looks, (high, wide), studio.mix, studio.palette, wishes, larger, notes.append),
            reader.rate,
            args.seconds,
            lambda t: advance(t / length if length else 0.0),
        )
    _tell([*notes, *filter(None, [result.fault])])
    print(f"{args.out}: {result.frames} frames, {result.seconds:.1f} s")
    return INTERRUPTED if result.interrupted else int(bool(result.fault))


def _tell(notes: list[str]) -> None:
    for note in dict.fromkeys(notes):
        print(f"visitant paint: {note}", file=sys.stderr)


def _dream(text: str) -> tuple[str, float]:
    """A depth, and how strong the dream is: a half where nothing is said."""
    depth, _, appetite = text.partition(":")
    if depth not in DREAM_LAYERS:
        raise argparse.ArgumentTypeError(f"{depth!r} is no depth; there are {', '.join(DREAM_LAYERS)}")
    return depth, share_of(appetite) if appetite else 0.5
