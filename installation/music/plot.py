"""Piano rolls as pictures: bars, notes by stem and velocity, chords, sections, hits, and the waveform below.

A piece is set in systems, as on a page of music. Everything is drawn at twice its size and reduced.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from installation.core.errors import UserError
from installation.music.notes import DRUM_VOICES, Note
from installation.music.piece import ComposedPiece
from installation.music.synth.drum_voices import drum_of
from motion.atomic_file import atomic_write

Colour = tuple[int, int, int]

SCALE = 2
"""Times larger at which a page is drawn."""
WIDTH_PX = 2000
MARGIN_PX = 96
SYSTEM_BARS = 16
"""Bars of a system at most."""
MAX_SYSTEMS = 8
"""Systems of a page; longer pieces have more bars in each."""
ROLL_PX = 250
"""Height of the pitched notes of a system."""
LANE_PX = 12
"""Height of a drum's lane."""
WAVE_PX = 62
HEAD_PX = 44
"""Height of the chords and sections above a system."""
GAP_PX = 46
JPEG_QUALITY = 92
PAPER: Colour = (246, 241, 231)
INK: Colour = (43, 40, 38)
PALE: Colour = (222, 213, 198)
FAINT: Colour = (235, 228, 215)
STEM_COLOURS: dict[str, Colour] = {
    "drums": (64, 58, 54),
    "bass": (32, 74, 112),
    "chords": (214, 160, 76),
    "lead": (196, 62, 48),
}
LANES = ("crash", "ride", "open hat", "closed hat", "high tom", "mid tom", "low tom", "snare", "kick")
"""Drums from the top down; others are drawn in the lane of the snare."""
_LANE_OF = {"pedal hat": "closed hat", "bell": "ride", "shaker": "closed hat", "rim": "snare", "clap": "snare"}


@dataclass(frozen=True, slots=True)
class _Frame:
    """A system's place on the page, in drawn pixels."""

    left: int
    top: int
    right: int
    first_bar: int
    last_bar: int
    """One past its last."""
    start: float
    """s."""
    end: float
    low: int
    high: int
    """Pitches at the bottom and the top."""

    def x(self, seconds: float) -> float:
        """The column of a time."""
        return self.left + (self.right - self.left) * (seconds - self.start) / (self.end - self.start)

    @property
    def roll_top(self) -> int:
        return self.top + HEAD_PX * SCALE

    @property
    def roll_bottom(self) -> int:
        return self.roll_top + ROLL_PX * SCALE

    @property
    def lanes_bottom(self) -> int:
        return self.roll_bottom + (len(LANES) * LANE_PX + 10) * SCALE

    @property
    def bottom(self) -> int:
        return self.lanes_bottom + (WAVE_PX + 6) * SCALE

    def y(self, pitch: float) -> float:
        """The row of the middle of a pitch."""
        share = (pitch - self.low + 0.5) / (self.high - self.low + 1)
        return self.roll_bottom - share * (self.roll_bottom - self.roll_top)

    @property
    def row(self) -> float:
        """Height of a pitch."""
        return (self.roll_bottom - self.roll_top) / (self.high - self.low + 1)


SYSTEM_PX = HEAD_PX + ROLL_PX + len(LANES) * LANE_PX + 10 + WAVE_PX + 6
"""Height of a system."""


def draw_roll(piece: ComposedPiece, envelope: NDArray[np.float32], subtitle: str = "") -> Image.Image:
    """The page of a piece; `envelope` (columns, 2) is the lowest and highest sample of equal stretches of it."""
    bars_each = max(SYSTEM_BARS, -(-len(piece.bars) // MAX_SYSTEMS))
    if len(piece.bars) > bars_each:
        # Systems of equal length, so that the last is not a rag.
        bars_each = -(-len(piece.bars) // -(-len(piece.bars) // bars_each))
    firsts = list(range(0, len(piece.bars), bars_each))
    height = 2 * MARGIN_PX + 40 + len(firsts) * (SYSTEM_PX + GAP_PX)
    page, pen = _page(height)
    _title(pen, drawable(piece.title) or _described(piece), subtitle or _facts(piece), MARGIN_PX - 46)
    for number, first in enumerate(firsts):
        top = (MARGIN_PX + 56 + number * (SYSTEM_PX + GAP_PX)) * SCALE
        # Every system has the time scale of the first.
        share = (min(first + bars_each, len(piece.bars)) - first) / min(bars_each, len(piece.bars))
        _system(page, piece, envelope, _frame(piece, first, bars_each, top, share))
    _legend(pen, height - MARGIN_PX + 22)
    return page.resize((WIDTH_PX, height), Image.Resampling.LANCZOS)


def draw_sheet(pieces: Sequence[tuple[str, ComposedPiece, NDArray[np.float32]]], title: str) -> Image.Image:
    """A sheet of pieces, a system each, with the name of each and its envelope as in `draw_roll`."""
    height = 2 * MARGIN_PX + 60 + len(pieces) * (SYSTEM_PX + GAP_PX + 34)
    page, pen = _page(height)
    _title(pen, title, "", MARGIN_PX - 46)
    for number, (name, piece, envelope) in enumerate(pieces):
        top = (MARGIN_PX + 62 + number * (SYSTEM_PX + GAP_PX + 34)) * SCALE
        pen.text((MARGIN_PX * SCALE, top), name, INK, _font(27), anchor="ls")
        _system(page, piece, envelope, _frame(piece, 0, len(piece.bars), top + 14 * SCALE, 1.0))
    _legend(pen, height - MARGIN_PX + 22)
    return page.resize((WIDTH_PX, height), Image.Resampling.LANCZOS)


def save_picture(image: Image.Image, path: Path) -> None:
    """Write a picture as PNG or JPEG by its suffix. Raises UserError."""
    data = io.BytesIO()
    if path.suffix.lower() == ".png":
        image.save(data, "PNG")
    else:
        image.save(data, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    try:
        atomic_write(path, data.getbuffer())
    except OSError as error:
        raise UserError(f"{path}: can't be written ({error.strerror or error})") from error


def drawable(text: str) -> str:
    """A text in the letters that the font of Pillow has: without accents, and without other scripts."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o").replace("æ", "ae"))
    return "".join(letter for letter in plain if letter.isascii() and letter.isprintable()).strip()


def _page(height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    page = Image.new("RGB", (WIDTH_PX * SCALE, height * SCALE), PAPER)
    return page, ImageDraw.Draw(page)


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size * SCALE)


def _title(pen: ImageDraw.ImageDraw, title: str, facts: str, top: int) -> None:
    pen.text((MARGIN_PX * SCALE, (top + 36) * SCALE), title, INK, _font(38), anchor="ls")
    pen.text(((WIDTH_PX - MARGIN_PX) * SCALE, (top + 36) * SCALE), facts, _mixed(INK, 0.6), _font(19), anchor="rs")


def _legend(pen: ImageDraw.ImageDraw, top: int) -> None:
    x = float(MARGIN_PX * SCALE)
    for stem, colour in STEM_COLOURS.items():
        pen.rounded_rectangle((x, (top - 11) * SCALE, x + 26 * SCALE, (top - 1) * SCALE), 5 * SCALE, fill=colour)
        pen.text((x + 34 * SCALE, top * SCALE), stem, _mixed(INK, 0.7), _font(17), anchor="ls")
        x += (64 + 10 * len(stem)) * SCALE


def _described(piece: ComposedPiece) -> str:
    return " / ".join(dict.fromkeys(bar.controls.genre for bar in piece.bars)).capitalize()


def _facts(piece: ComposedPiece) -> str:
    tempos = [bar.tempo for bar in piece.bars]
    low, high = min(tempos), max(tempos)
    tempo = f"{low:.0f}" if high - low < 1.0 else f"{low:.0f} to {high:.0f}"
    minutes, seconds = divmod(round(piece.seconds), 60)
    bars = "1 bar" if len(piece.bars) == 1 else f"{len(piece.bars)} bars"
    return f"{tempo} BPM   {bars}   {minutes}:{seconds:02d}   seed {piece.seed}"


def _frame(piece: ComposedPiece, first: int, bars: int, top: int, share: float) -> _Frame:
    last = min(first + bars, len(piece.bars))
    pitches = [note.pitch for bar in piece.bars for note in bar.notes if note.stem != "drums"] or [48, 72]
    low, high = min(pitches) - 2, max(pitches) + 2
    left = MARGIN_PX * SCALE
    right = left + int((WIDTH_PX - 2 * MARGIN_PX) * SCALE * share)
    return _Frame(left, top, right, first, last, piece.starts[first], piece.starts[last], low, max(high, low + 23))


def _system(page: Image.Image, piece: ComposedPiece, envelope: NDArray[np.float32], frame: _Frame) -> None:
    pen = ImageDraw.Draw(page)
    _grid(pen, piece, frame)
    # Translucent notes: chords first, so that bass and lead lie over them.
    over = Image.new("RGBA", page.size, (0, 0, 0, 0)).crop((0, frame.top, page.width, frame.bottom))
    notes = ImageDraw.Draw(over)
    for stem in ("chords", "bass", "lead"):
        for note, start, end in _timed(piece, frame, stem):
            _bar_of_note(notes, frame, note, start, end)
    page.paste(over, (0, frame.top), over)
    _drums(pen, piece, frame)
    _wave(pen, piece, envelope, frame)
    _heads(pen, piece, frame)


def _timed(piece: ComposedPiece, frame: _Frame, stem: str) -> list[tuple[Note, float, float]]:
    """The notes of a stem with their times, s, cut at the end of the system."""
    found = []
    for index in range(frame.first_bar, frame.last_bar):
        beat = piece.beat_seconds(index)
        for note in piece.bars[index].notes:
            if note.stem == stem:
                start = piece.starts[index] + note.start_beats * beat
                found.append((note, start, min(start + note.length_beats * beat, frame.end)))
    return found


def _grid(pen: ImageDraw.ImageDraw, piece: ComposedPiece, frame: _Frame) -> None:
    """Bands of the black keys, octaves, beats and bars."""
    for pitch in range(frame.low, frame.high + 1):
        if pitch % 12 in (1, 3, 6, 8, 10):
            y = frame.y(pitch)
            pen.rectangle((frame.left, y - frame.row / 2, frame.right, y + frame.row / 2), fill=FAINT)
    for pitch in range(frame.low + (-frame.low) % 12, frame.high + 1, 12):
        y = frame.y(pitch - 0.5)
        pen.line((frame.left, y, frame.right, y), PALE, SCALE)
        label = f"C{pitch // 12 - 1}"
        pen.text((frame.left - 10 * SCALE, frame.y(pitch)), label, _mixed(INK, 0.5), _font(14), anchor="rm")
    for lane in range(len(LANES)):
        y = _lane_y(frame, lane)
        pen.line((frame.left, y, frame.right, y), FAINT, SCALE)
    for index in range(frame.first_bar, frame.last_bar + 1):
        x = frame.x(piece.starts[index])
        pen.line((x, frame.roll_top, x, frame.lanes_bottom), _mixed(INK, 0.34), SCALE)
        if index == frame.last_bar:
            break
        for beat in range(1, piece.bars[index].beats):
            x = frame.x(piece.starts[index] + beat * piece.beat_seconds(index))
            pen.line((x, frame.roll_top, x, frame.lanes_bottom), PALE, SCALE)


def _bar_of_note(pen: ImageDraw.ImageDraw, frame: _Frame, note: Note, start: float, end: float) -> None:
    """A note as a bar: opaque where it is loud."""
    force = note.velocity / 127.0
    thick = frame.row * {"chords": 0.82, "bass": 0.92, "lead": 0.92}[note.stem]
    y = frame.y(note.pitch) - frame.top
    left = frame.x(start)
    right = max(frame.x(end) - 1.5 * SCALE, left + 4 * SCALE)
    alpha = int(255 * (0.25 + 0.6 * force if note.stem == "chords" else 0.42 + 0.58 * force))
    box = (left, y - thick / 2, right, y + thick / 2)
    pen.rounded_rectangle(box, min(thick / 2, 5 * SCALE), fill=(*STEM_COLOURS[note.stem], alpha))


def _lane_y(frame: _Frame, lane: int) -> float:
    return frame.roll_bottom + (10 + (lane + 0.5) * LANE_PX) * SCALE


def _drums(pen: ImageDraw.ImageDraw, piece: ComposedPiece, frame: _Frame) -> None:
    """Strokes as discs, the larger the louder."""
    kick = DRUM_VOICES["kick"]
    for note, start, _ in _timed(piece, frame, "drums"):
        name = drum_of(note.pitch)
        lane = LANES.index(_LANE_OF.get(name, name))
        force = note.velocity / 127.0
        radius = (1.6 + 5.0 * force) * SCALE * (1.18 if note.pitch == kick else 1.0)
        x, y = frame.x(start), _lane_y(frame, lane)
        colour = _mixed(STEM_COLOURS["drums"], 0.35 + 0.65 * force)
        if name in ("crash", "open hat", "ride"):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=colour, width=int(1.6 * SCALE))
        else:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _wave(pen: ImageDraw.ImageDraw, piece: ComposedPiece, envelope: NDArray[np.float32], frame: _Frame) -> None:
    middle = frame.bottom - WAVE_PX * SCALE / 2
    loudest = max(float(np.abs(envelope).max(initial=0.0)), 0.05)
    for x in range(frame.left, frame.right, 2 * SCALE):
        time = frame.start + (frame.end - frame.start) * (x - frame.left) / (frame.right - frame.left)
        column = min(int(time / piece.seconds * len(envelope)), len(envelope) - 1)
        low, high = envelope[column] / loudest * (WAVE_PX * SCALE / 2)
        pen.line((x, middle - high, x, middle - low + 1), _mixed(STEM_COLOURS["bass"], 0.62), SCALE)


def _heads(pen: ImageDraw.ImageDraw, piece: ComposedPiece, frame: _Frame) -> None:
    """Chord names, bar numbers, sections and hits above the system."""
    base = frame.roll_top - 8 * SCALE
    step = 1 if frame.last_bar - frame.first_bar <= 24 else 2 if frame.last_bar - frame.first_bar <= 48 else 4
    before = ""
    for index in range(frame.first_bar, frame.last_bar):
        x, bar = frame.x(piece.starts[index]), piece.bars[index]
        # Drums alone have no chord.
        name = bar.chord.name if any(note.stem != "drums" for note in bar.notes) else ""
        if (index - frame.first_bar) % step == 0:
            if name != before or step > 1:
                pen.text((x + 2 * SCALE, base), name, INK, _font(17), anchor="ls")
            before = name
    for section in piece.sections:
        if (label := drawable(section.name)) and frame.first_bar <= section.first_bar < frame.last_bar:
            x = frame.x(piece.starts[section.first_bar])
            pen.text((x + 2 * SCALE, base - 22 * SCALE), label, STEM_COLOURS["lead"], _font(18), anchor="ls")
    for hit in piece.hits:
        if frame.start <= hit < frame.end:
            x, top, half = frame.x(hit), frame.roll_top, 6 * SCALE
            pen.line((x, top, x, frame.lanes_bottom), STEM_COLOURS["lead"], SCALE)
            pen.polygon(((x - half, top - half), (x + half, top - half), (x, top + half // 2)), STEM_COLOURS["lead"])


def _mixed(colour: Colour, share: float) -> Colour:
    """A share of a colour over the paper."""
    red, green, blue = (round(share * own + (1.0 - share) * paper) for own, paper in zip(colour, PAPER, strict=True))
    return red, green, blue
