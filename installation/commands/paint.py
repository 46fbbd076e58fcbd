"""Paint a picture, a film, a folder of pictures or a guide, with the people in them.

A style is one of the painter's own, or taken from a picture or a folder of pictures; several are blended by weight.
Ctrl-C ends a film or a folder early and keeps the paintings so far. With --out FILE.npz or FILE.guide.png the guide is
written instead, the input of the painter, which can be edited and painted.
"""

from __future__ import annotations

import argparse
import io
import logging
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
from installation.core.exit_status import ExitStatus
from installation.interface.painter_knobs import DREAM_LAYERS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from installation.eye.photo_figures import FigureFinder
    from installation.interface.commission import Mix
    from installation.paint.engines.engine import Engine

    Pixels = NDArray[np.uint8]
    Array = NDArray[np.float32]

logger = logging.getLogger(__name__)

PICTURE_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}
FILM_SUFFIXES = (".mp4", ".mkv")
MAX_SIDE_PX = 768
"""Longer side of paintings without --size; strokes have a fixed size in pixels."""
MAX_FILM_SIDE_PX = 640
"""The same of films."""
MAX_SHEETS = 24
"""Colours of paper of which a picture may be cut."""
POSE_MODEL = "pose_landmarker_full.task"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", type=Path, metavar="INPUT", help="picture, film, folder of pictures, or guide")
    parser.add_argument(
        "--style",
        nargs="+",
        action="extend",
        default=[],
        metavar="S[:WEIGHT]",
        help="names, pictures or folders of pictures; without one, the names are listed",
    )
    parser.add_argument("--palette", metavar="S", help="style whose colours are used (default: the style's own)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="painting, film, guide, or a folder")
    parser.add_argument("--overwrite", action="store_true", help="replace FILE if it exists")
    parser.add_argument(
        "--size",
        type=size_of,
        metavar="WxH",
        help=f"greatest size; the aspect stays (longer side {MAX_SIDE_PX}, of films {MAX_FILM_SIDE_PX})",
    )
    parser.add_argument(
        "--steps",
        type=int,
        choices=(1, 2, 3, 4),
        default=1,
        help="passes; more are slower, finer (1)",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="seed of the brush strokes (1)")
    parser.add_argument("--strength", type=share_of, default=1.0, metavar="X", help="strength of the style, 0..1 (1)")
    parser.add_argument(
        "--people",
        type=_people,
        metavar="none|N",
        help="people to look for in a picture: the N most likely (default: all)",
    )
    parser.add_argument(
        "--detail",
        type=share_of,
        metavar="X",
        help="how much of a picture is seen, 0..1: 1 keeps faces, 0 leaves large areas (1)",
    )
    parser.add_argument(
        "--dream",
        type=_dream,
        metavar="DEPTH[:X]",
        help=f"DeepDream over it, by layer: {', '.join(DREAM_LAYERS)}",
    )
    parser.add_argument(
        "--paper",
        type=_paper,
        metavar="none|N",
        help="cut a picture from N colours of paper (default: 8 in the style 'cut paper', else none)",
    )
    parser.add_argument("--seconds", type=seconds_of, metavar="N", help="greatest length of a film")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="the painter's weights (default: bundled)")
    parser.add_argument("--engine", metavar="E", help="builtin or diffusers (default: the venue's)")
    parser.add_argument("--device", metavar="NAME", help="cpu, cuda, cuda:1, … (default: cuda if available)")


def run(args: argparse.Namespace) -> int:
    from installation.paint.guide.file import is_guide, write_guide

    try:
        kind = _input_kind(args.input)
        _check_arguments(args, kind)
        if is_guide(args.out):
            with _figure_finder(args.people) as figure_finder:
                write_guide(args.out, _guide(args, args.input, figure_finder))
            print(f"{args.out}: the guide of {args.input}")
            return 0
        with _open_painter(args) as painter:
            return {"folder": _folder, "film": _film}.get(kind, _still)(args, painter)
    except ValueError as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(f"{error.filename or args.out}: {error.strerror or error}") from error


@dataclass(frozen=True)
class LoadedPainter:
    """The engine and the styles of one run."""

    engine: Engine[Any]
    mix: Mix
    palette: str


def _input_kind(path: Path) -> str:
    from installation.paint.guide.file import is_guide
    from installation.paint.pictures.picture import SUFFIXES

    if path.is_dir():
        return "folder"
    if not path.exists():
        raise UserError(f"{path}: no such file or folder")
    return "guide" if is_guide(path) else "picture" if path.suffix.lower() in SUFFIXES else "film"


def _check_arguments(args: argparse.Namespace, kind: str) -> None:
    """Check that the arguments fit together, before anything is loaded. Raises UserError."""
    from installation.paint.guide import file as guide_file

    out: Path = args.out
    if guide_file.is_guide(out):
        if kind != "picture":
            raise UserError(f"{out}: guides are made of pictures; {args.input} is a {kind}")
    elif kind == "folder":
        if out.exists() and not out.is_dir():
            raise UserError(f"{out}: is a file; expected a folder for the paintings of a folder")
    elif out.suffix.lower() not in (right := FILM_SUFFIXES if kind == "film" else tuple(PICTURE_FORMATS)):
        raise UserError(f"{out}: expected {', '.join(right)} for the painting of a {kind}")
    if out.resolve() == args.input.resolve():
        raise UserError(f"{out}: is the input; name another --out")
    if kind != "folder" and out.exists() and not args.overwrite:
        raise UserError(f"{out}: exists already; name another --out, or add --overwrite")
    if args.people is not None and kind in ("guide", "film"):
        reason = "has its people in it" if kind == "guide" else "has visitors, whom [eye] max_visitors limits"
        raise UserError(f"--people: {args.input} is a {kind}, which {reason}")
    for option in ("detail", "paper"):
        if getattr(args, option) is not None and (kind == "film" or (kind, option) == ("guide", "detail")):
            raise UserError(f"--{option}: {args.input} is a {kind}, and this is for pictures")
    if args.seconds is not None and kind != "film":
        raise UserError(f"--seconds: {args.input} is a {kind}, and only films have a length")


@contextmanager
def _open_painter(args: argparse.Namespace) -> Iterator[LoadedPainter]:
    """Open the engine and load the styles of the arguments."""
    import torch

    from installation.commands.setup import ensure
    from installation.offline.paint_inputs import parse_style_mix, resolve_style
    from installation.paint.engines.registry import open_engine
    from installation.paint.pictures.perceptual import ASSET

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
            raise UserError(f"--style: missing; there are {', '.join(engine.styles) or 'none by name'}, or any picture")
        if args.dream is not None or any(
            Path(word.rpartition(":")[0] or word).exists() or Path(word).exists() for word in args.style
        ):
            ensure(ASSET)
        with progress("styles") as advance:
            mix = parse_style_mix(engine, args.style, advance)
            palette = resolve_style(engine, args.palette) if args.palette else ""
        yield LoadedPainter(engine, mix, palette)
    finally:
        engine.close()


@contextmanager
def _figure_finder(max_people: int | None) -> Iterator[FigureFinder | None]:
    """What finds the people in pictures; None where none are to be looked for."""
    from installation.commands.setup import ensure
    from installation.core.downloads import AssetError
    from installation.eye.detection.person_detection import WEIGHTS_NAME
    from installation.eye.photo_figures import MAX_PEOPLE, open_figure_finder

    if max_people == 0:
        yield None
        return
    ensure(POSE_MODEL)
    try:
        ensure(WEIGHTS_NAME)
    except AssetError as error:
        # The finder says what follows from it.
        logger.info("%s", error)
    with open_figure_finder(max_people=MAX_PEOPLE if max_people is None else max_people) as found:
        yield found


def _guide(args: argparse.Namespace, path: Path, figure_finder: FigureFinder | None) -> Array:
    """The guide of a picture at the size of the arguments."""
    from installation.offline.paint_inputs import guide_of_picture, painting_size
    from installation.paint.pictures.picture import read_picture

    width, height = args.size or (MAX_SIDE_PX, MAX_SIDE_PX)
    picture = read_picture(path, max(width, height))
    size = painting_size((picture.shape[0], picture.shape[1]), (height, width), args.size is not None)
    return guide_of_picture(picture, size, figure_finder, 1.0 if args.detail is None else args.detail)


def _paint(args: argparse.Namespace, painter: LoadedPainter, guide: Array, out: Path, advance: Advance) -> None:
    """Paint a guide and write the painting."""
    from PIL import Image

    from installation.offline.paint_inputs import mixed_style
    from installation.paint.tiles import PaintParameters, paint_tiled
    from motion.atomic_file import atomic_write

    style = mixed_style(painter.engine, painter.mix, painter.palette, args.strength)
    pixels = paint_tiled(painter.engine, guide, PaintParameters(style, args.seed, args.steps), advance=advance)
    if args.dream is not None:
        from installation.paint.guide.dream import dream_still
        from installation.paint.pictures import perceptual

        layer, strength = args.dream
        pixels = dream_still(pixels, perceptual.load(), layer, strength, args.seed, advance)
    if sheets := _sheets(args, painter.mix):
        from installation.paint.guide.guide import CHANNEL_INDEX
        from installation.paint.paper_cutout import cut_from_paper
        from installation.paint.pictures.style import Style, palette_of

        palette = style.palette if isinstance(style, Style) else palette_of(pixels)
        pixels = cut_from_paper(pixels, guide[..., CHANNEL_INDEX["light"]], palette, sheets, args.seed)
    data = io.BytesIO()
    options = {"quality": 95} if "j" in out.suffix else {}
    Image.fromarray(pixels).save(data, PICTURE_FORMATS[out.suffix.lower()], **options)
    atomic_write(out, data.getbuffer())


def _sheets(args: argparse.Namespace, mix: Mix) -> int:
    """The colours of paper of which a painting is cut; 0 for none."""
    from installation.paint import paper_cutout

    if args.paper is not None:
        return int(args.paper)
    return paper_cutout.SHEETS if [name for name, _ in mix] == [paper_cutout.STYLE] else 0


def _still(args: argparse.Namespace, painter: LoadedPainter) -> int:
    from installation.paint.guide.file import is_guide, read_guide

    with progress(args.out.name) as advance:
        if is_guide(args.input):
            guide = read_guide(args.input)
        else:
            with _figure_finder(args.people) as figure_finder:
                guide = _guide(args, args.input, figure_finder)
        _paint(args, painter, guide, args.out, advance)
    print(f"{args.out}: {2 * guide.shape[1]}x{2 * guide.shape[0]} pixels")
    return 0


def _folder(args: argparse.Namespace, painter: LoadedPainter) -> int:
    """Paint all pictures below a folder that have no painting yet."""
    from installation.paint.pictures.picture import PictureError, find_pictures

    out = args.out.resolve()
    files = [file for file in find_pictures(args.input) if out not in file.resolve().parents]
    plain = [file.with_suffix("") for file in files]
    skipped = done = failed = 0
    interrupted = False
    try:
        with _figure_finder(args.people) as figure_finder, progress(args.out.name) as advance:
            for index, file in enumerate(files):
                advance(index / len(files))
                # Pictures that differ in their suffix alone keep it.
                short = plain.count(plain[index]) == 1
                relative = file.relative_to(args.input)
                painting = args.out / (
                    relative.with_suffix(".png") if short else relative.with_name(f"{file.name}.png")
                )
                if painting.exists() and not args.overwrite:
                    skipped += 1
                    continue
                try:
                    guide = _guide(args, file, figure_finder)
                    _paint(args, painter, guide, painting, lambda share: None)
                except PictureError as error:
                    failed += 1
                    logger.warning("%s: left out", error, exc_info=error)
                else:
                    done += 1
    except KeyboardInterrupt:
        interrupted = True
    if skipped:
        print(
            f"visitant paint: {skipped} paintings exist already and are left; --overwrite paints them again",
            file=sys.stderr,
        )
    print(f"{args.out}: {done} of {len(files)} pictures painted")
    return INTERRUPTED if interrupted else int(failed > 0)


def _film(args: argparse.Namespace, painter: LoadedPainter) -> int:
    from installation.commands.setup import ensure
    from installation.eye.offline import observe_clip
    from installation.eye.sources.kinds import duration_seconds, open_reader
    from installation.interface.painter_knobs import PainterSettings
    from installation.offline.painted_film import PaintedFilmSettings, paint_frames, write_film
    from installation.venue.camera_section import CameraSection

    ensure(POSE_MODEL)
    length = duration_seconds(str(args.input))
    length = min(filter(None, (length, args.seconds)), default=None)
    reader = open_reader(str(args.input), 30.0, None)
    frames = observe_clip(reader, CameraSection(mirror=False), venue_of(args).eye)
    width, height = args.size or (MAX_FILM_SIDE_PX, MAX_FILM_SIDE_PX)
    dream_layer, dream = args.dream or (DREAM_LAYERS[0], 0.0)
    painter_settings = PainterSettings(
        seed=float(args.seed), steps=args.steps, strength=args.strength, dream=dream, dream_layer=dream_layer
    )
    settings = PaintedFilmSettings(
        (height, width), painter.mix, painter.palette, painter_settings, enlarge=args.size is not None
    )
    with progress(args.out.name) as advance:
        film = write_film(
            args.out,
            paint_frames(painter.engine, frames, settings),
            reader.rate,
            args.seconds,
            lambda t: advance(t / length if length else 0.0),
        )
    if film.complete:
        print(f"{args.out}: {film.frames} frames, {film.seconds:.1f} s")
    if film.interrupted:
        return INTERRUPTED
    return ExitStatus.DONE if film.complete else ExitStatus.INCOMPLETE


def _paper(text: str) -> int:
    """A number of colours; 0 for "none". Raises ArgumentTypeError."""
    if text == "none":
        return 0
    if not text.isdecimal() or not 2 <= int(text) <= MAX_SHEETS:
        raise argparse.ArgumentTypeError(f"{text!r}: expected none, or a number of colours from 2 to {MAX_SHEETS}")
    return int(text)


def _people(text: str) -> int:
    """A number of people; 0 for "none". Raises ArgumentTypeError."""
    if text == "none":
        return 0
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}: expected none, or a number of people")
    return int(text)


def _dream(text: str) -> tuple[str, float]:
    """Layer and strength of the dream; a strength of 0.5 where none is given. Raises ArgumentTypeError."""
    layer, _, strength = text.partition(":")
    if layer not in DREAM_LAYERS:
        raise argparse.ArgumentTypeError(f"{layer!r} is no layer; there are {', '.join(DREAM_LAYERS)}")
    return layer, share_of(strength) if strength else 0.5
