"""Schema of venue.toml: every section and key, with its type, default and meaning."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, PrivateAttr, field_validator, model_validator

from installation.core.settings_base import RenamedKey, Section
from installation.venue.camera_section import CameraSection
from installation.venue.camera_source import VMC_PORT
from installation.venue.diffusion_section import DiffusionSection
from installation.venue.music_section import MusicSection
from installation.venue.operator_section import OperatorSection
from installation.venue.pulse_section import PulseSection
from installation.venue.sound_section import SoundSection
from installation.venue.value_types import Pixels, Port, Rate, Share

SLOTS = 64
"""Visitors that four cameras may see at a time."""
LAST_PORT = 65535 - SLOTS + 1
"""The highest port after which each slot still has one of its own."""


class EyeSection(Section):
    renamed_keys: ClassVar[tuple[RenamedKey, ...]] = (
        RenamedKey("visitors", "max_visitors"),
        RenamedKey("budget", "max_estimated_per_step"),
        RenamedKey("patience", "lost_seconds"),
        RenamedKey("statue", "static_seconds"),
    )
    model: Path | None = None
    """A pose_landmarker .task file; left out, the one that `visitant setup` downloads."""
    max_visitors: Annotated[int, Field(ge=1, le=16)] = 6
    """Maximum number of visitors."""
    rate: Rate = 30.0
    """Maximum number of observations a second."""
    max_estimated_per_step: Annotated[int, Field(ge=1, le=16)] = 4
    """Maximum number of people whose pose one step estimates, fewer while the machine is short of time; the others
    are predicted and take turns."""
    confidence: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Confidence from which on the pose estimator reports a person."""
    lost_seconds: Annotated[float, Field(gt=0, le=60)] = 2.0
    """Seconds for which a hidden visitor is predicted before they are gone."""
    static_seconds: Annotated[float, Field(gt=0, le=600)] = 0.8
    """Seconds after which a figure that has never moved is taken for a thing."""
    cutoff: Annotated[float, Field(gt=0, le=60)] = 1.4
    """Cutoff in Hz of the smoothing of a still body's landmarks: lower is calmer."""
    speed_cutoff: Annotated[float, Field(ge=0, le=100)] = 0.4
    """Hz that the cutoff gains for each m/s of speed: higher follows faster."""
    detector: bool = True
    """Whether a second network looks for people in the whole picture, beside the pose estimator; the show runs without
    it where `visitant setup` could not download it."""
    detector_rate: Annotated[float, Field(gt=0, le=30)] = 4.0
    """Maximum number of pictures a second that it searches, while there is something to find."""


class DancerSection(Section):
    renamed_keys: ClassVar[tuple[RenamedKey, ...]] = (
        RenamedKey("most", "max_dancers"),
        RenamedKey("floor", "area_m"),
        RenamedKey("visitors", "complete_visitors"),
    )
    weights: Path | None = None
    """A file that `visitant train dancer` wrote; left out, the network that comes with Visitant."""
    max_dancers: Annotated[int, Field(ge=1, le=16)] = 8
    """Maximum number of dancers, even if a scene wants more."""
    rate: Annotated[float, Field(ge=15, le=60)] = 60.0
    """Poses a second; the network itself always works at 30 Hz."""
    area_m: tuple[float, float, float, float] = (-3.0, 0.8, 3.0, 6.0)
    """The rectangle of floor in which dancers stay, [left, near, right, far] in metres: x along the wall from its
    middle, z out of it."""
    complete_visitors: bool = False
    """Complete visitors' bodies where limbs are hidden, and let the knob /dancer/ahead show them as they will be when
    the picture is seen, also while no scene wants dancers."""

    @field_validator("area_m")
    @classmethod
    def _has_room(cls, area_m: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        left, near, right, far = area_m
        if right - left < 1.0 or far - near < 1.0:
            raise ValueError(
                "give [left, near, right, far] in metres, with left below right and near below far by 1 or more"
            )
        return area_m


DEVICE = re.compile(r"cpu|mps(:0)?|(cuda|xpu)(:[0-9]{1,2})?")
"""Names of devices as PyTorch has them."""


class PainterSection(Section):
    renamed_keys: ClassVar[tuple[RenamedKey, ...]] = (RenamedKey("engine", "engine", choices={"own": "builtin"}),)
    engine: Literal["builtin", "diffusers"] = "builtin"
    """The engine: the painter that comes with Visitant, or a diffusion model."""
    weights: Path | None = None
    """A file that `visitant train painter` wrote; left out, the painter that comes with Visitant."""
    size: Annotated[int, Field(ge=64, le=2048)] = 256
    """Short side of the paintings in pixels; they have the canvas' shape."""
    rate: Annotated[float, Field(ge=1, le=60)] = 12.0
    """Maximum number of paintings a second; the wall moves between them."""
    steps: Annotated[int, Field(ge=1, le=4)] = 1
    """Steps a painting, until the knob /painter/steps is turned."""
    device: str | None = None
    """The device: "cuda", "cuda:1", "mps" or "cpu"; left out, a graphics card where there is one."""
    threads: Annotated[int, Field(ge=1, le=64)] | None = None
    """Threads of the processor, where that paints; left out, one for each core."""

    @field_validator("device")
    @classmethod
    def _is_a_device(cls, device: str | None) -> str | None:
        if device is not None and DEVICE.fullmatch(device) is None:
            raise ValueError('give "cuda", "cuda:1", "mps" or "cpu", or leave the key out')
        return device


class OutputSection(Section):
    size: tuple[Pixels, Pixels] = (1280, 720)
    """Width and height of the window in pixels."""
    place: tuple[int, int] | None = None
    """Left and top on the desktop; centred when left out."""
    display: Annotated[int, Field(ge=0, le=31)] = 0
    """The display from which `place` counts; 0 is the first. A window waits for a display that is not connected."""
    borderless: bool = False
    """No frame around the window, for a projector."""
    fullscreen: bool = False
    """Fill the whole display from the start; the key F changes it."""
    vsync: bool = True
    """Wait for the screen's refresh; only the first output can."""
    region: tuple[Share, Share, Share, Share] = (0.0, 0.0, 1.0, 1.0)
    """The part of the canvas that it shows, [left, bottom, right, top], each 0..1."""
    offset: Annotated[float, Field(ge=0, le=500)] = 0.0
    """Delay of this projector in milliseconds; the beat is drawn that much earlier."""

    @field_validator("region")
    @classmethod
    def _has_an_area(cls, region: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        left, bottom, right, top = region
        if left >= right or bottom >= top:
            raise ValueError("give [left, bottom, right, top] with left below right and bottom below top")
        return region


class CanvasSection(Section):
    size: tuple[Pixels, Pixels] = (1280, 720)
    """Width and height of what a scene draws on."""
    fit: Literal["contain", "cover"] = "contain"
    """How the camera picture fits the canvas: "contain" shows all of it, "cover" fills the canvas."""


class LoopSection(Section):
    renamed_keys: ClassVar[tuple[RenamedKey, ...]] = (RenamedKey("floor", "min_quality"),)
    rate: Rate | None = None
    """Frames a second that the loop aims at; 60 when left out, or 30 where a processor draws instead of a GPU."""
    governor: bool = True
    """Slow the models, then their resolution, then shader quality, before frames come late."""
    min_quality: Annotated[float, Field(gt=0, le=1)] = 0.4
    """The lowest quality that the governor may give to shaders."""
    hang_seconds: Annotated[float, Field(ge=0, le=600)] = 20.0
    """Seconds without a new frame after which the process ends with status 70, for a service manager to start it again;
    three times as many while it starts. 0 lets it hang."""


class OscTargetSection(Section):
    host: str
    """Name or address of the receiver."""
    port: Port
    """UDP port of the receiver."""


class VmcSection(Section):
    host: str
    """Name or address of the program that shows the character."""
    port: Annotated[int, Field(ge=1, le=LAST_PORT)] = VMC_PORT
    """UDP port for the first slot; each further slot has the next port."""
    slot: Annotated[int, Field(ge=1, le=SLOTS)] | None = None
    """The one slot that is sent, to `port` itself; every slot when left out."""
    dancers: bool = False
    """Send the dancers instead of the visitors."""
    space: Literal["vrm0", "vrm1"] = "vrm0"
    """Axes of the character's world: "vrm0" reverses Z, so that a visitor who faces the wall faces the viewer; "vrm1"
    reverses X, so that they turn their back. Left stays left in both."""
    rate: Rate = 60.0
    """Poses a second."""


class TrackersSection(Section):
    host: str
    """Name or address of the VR program."""
    port: Port = 9000
    """UDP port that it listens on."""
    slot: Annotated[int, Field(ge=1, le=SLOTS)] = 1
    """The slot of the body."""
    dancers: bool = False
    """Send a dancer instead of a visitor."""
    parts: tuple[Literal["head", "hips", "chest", "feet", "knees", "elbows"], ...] = (
        "head",
        "hips",
        "chest",
        "feet",
        "knees",
        "elbows",
    )
    """The trackers that are sent; fewer of them can look better."""
    rate: Rate = 60.0
    """Poses a second."""


class OscSection(Section):
    enabled: bool = True
    """Listen and send at all."""
    bind: str = "127.0.0.1"
    """Address to listen on; "0.0.0.0" for every network card."""
    port: Port = 7700
    """UDP port to listen on."""
    allow: tuple[IPv4Network | IPv6Network, ...] = Field(default=(IPv4Network("127.0.0.0/8"),), strict=False)
    """Networks that may turn knobs; others are counted and dropped."""
    targets: tuple[OscTargetSection, ...] = ()
    """Programs that are sent visitors, pulse and health."""
    rate: Rate = 30.0
    """Bundles a second to every target."""
    joints: bool = True
    """Send every joint of every visitor."""
    shutdown: bool = False
    """Let `/visitant/shutdown` end the show."""
    vmc: Annotated[tuple[VmcSection, ...], Field(max_length=16)] = ()
    """Programs that are sent bodies as VMC, one for each slot."""
    trackers: Annotated[tuple[TrackersSection, ...], Field(max_length=16)] = ()
    """Programs that are sent a body as OSC trackers for VR."""

    @field_validator("bind")
    @classmethod
    def _is_an_address(cls, bind: str) -> str:
        try:
            ip_address(bind)
        except ValueError:
            raise ValueError('give an address of this machine in numbers, such as "127.0.0.1" or "0.0.0.0"') from None
        return bind


class MidiSection(Section):
    enabled: bool = True
    """Listen to MIDI devices, where `visitant[midi]` is installed."""
    devices: tuple[str, ...] = ()
    """Parts of the names of the devices to use, such as "nanoKONTROL"; left out, all devices."""


Dwell = Annotated[float, Field(gt=0)]
DAY = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def minutes(clock: str) -> int:
    """Minutes since midnight of a time such as "22:30"; raises ValueError."""
    if (found := DAY.fullmatch(clock)) is None:
        raise ValueError(f"{clock!r} is no time of the day; give it as 22:30")
    return 60 * int(found[1]) + int(found[2])


class SceneRuleSection(Section):
    scene: str
    """The scene that plays while all conditions hold."""
    crowd: tuple[int, int] | None = None
    """Minimum and maximum number of visitors."""
    energy: tuple[Share, Share] | None = None
    """Minimum and maximum of the crowd's energy."""
    tempo: tuple[float, float] | None = None
    """Minimum and maximum tempo in beats a minute."""
    confidence: tuple[Share, Share] | None = None
    """Minimum and maximum of the pulse's confidence: 0 without any beat, 1 with a steady source."""
    clock: tuple[str, str] | None = None
    """Begin and end in local time, such as ["22:00", "02:30"]."""
    seconds: Annotated[float, Field(ge=0, le=3600)] = 5.0
    """Seconds for which the condition must hold before the scene starts, and must have ended before the playlist
    continues."""

    @field_validator("crowd", "energy", "tempo", "confidence")
    @classmethod
    def _rises(cls, span: tuple[float, float] | None) -> tuple[float, float] | None:
        if span is not None and span[0] > span[1]:
            raise ValueError("give [least, most]")
        return span

    @field_validator("clock")
    @classmethod
    def _is_of_the_day(cls, clock: tuple[str, str] | None) -> tuple[str, str] | None:
        if clock is not None:
            start, end = map(minutes, clock)
            if start == end:
                raise ValueError('give two times that differ, such as ["22:00", "02:30"]')
        return clock

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if all(each is None for each in (self.crowd, self.energy, self.tempo, self.confidence, self.clock)):
            raise ValueError("say when: add crowd, energy, tempo, confidence or clock")
        return self


class ScenesSection(Section):
    renamed_keys: ClassVar[tuple[RenamedKey, ...]] = (
        RenamedKey("seconds", "dwell_seconds"),
        RenamedKey("times", "dwell_seconds_of"),
        RenamedKey("transition", "transition_seconds", only=(int, float)),
        RenamedKey("kind", "transition"),
    )
    playlist: Annotated[tuple[str, ...], Field(min_length=1)] = (
        "tide",
        "loom",
        "pas_de_deux",
        "chorus",
        "sitting",
        "weather",
    )
    """Scenes in the order in which they play."""
    dwell_seconds: Dwell = 180.0
    """Seconds for which each scene plays."""
    dwell_seconds_of: dict[str, Dwell] = Field(default={})
    """Seconds for which single scenes play, by name, instead of `dwell_seconds`."""
    transition_seconds: Annotated[float, Field(ge=0, le=60)] = 4.0
    """Seconds of the change from one scene to the next."""
    transition: str = "crossfade"
    """The transition: the first value of the knob /playlist/transition, which docs/osc.md describes."""
    when: Annotated[tuple[SceneRuleSection, ...], Field(max_length=64)] = ()
    """Triggers: scenes that conditions call for. Of several, the first one plays, and the playlist waits."""

    on_call: Annotated[tuple[str, ...], Field(max_length=64)] = ()
    """Scenes beside the playlist that play when a cue or /scene/go calls for them. Those that cues.toml names when the
    show starts belong to them anyway."""

    @property
    def names(self) -> tuple[str, ...]:
        """All scenes that may play, each once: those of the playlist, then those that are only called for."""
        return tuple(dict.fromkeys((*self.playlist, *(rule.scene for rule in self.when), *self.on_call)))


class PrivacySection(Section):
    show_camera: bool = True
    """Let scenes show the camera picture; nothing of it is kept."""
    save_moments: bool = False
    """Let `--save-moments` write visitors' movements (never pictures) to a file."""
    record: bool = False
    """Let a live run record the wall to a film."""


class ModulationSection(Section):
    knob: str
    """Address of the knob that follows, such as "/scene/tide/swell"."""
    signal: str
    """What it follows: "visitor/1/energy", "crowd/count", "pulse/beat", "sound/bass", "lfo/sine", or "signal/NAME",
    which is what last came in over OSC at /signal/NAME. docs/osc.md lists them all."""
    span: tuple[float, float] = (0.0, 1.0)
    """The signal's values that stand for none and for all; what lies outside is clamped."""
    low: Annotated[float, Field(ge=-1e9, le=1e9)] | None = None
    """The knob's value at none of the signal; its lowest when left out. A colour is dimmed by this factor."""
    high: Annotated[float, Field(ge=-1e9, le=1e9)] | None = None
    """The knob's value at all of the signal; its highest when left out. Below `low` turns it round."""
    curve: Annotated[float, Field(ge=0.05, le=20)] = 1.0
    """Exponent of the way from low to high: above 1 it starts slowly, below 1 fast."""
    attack: Annotated[float, Field(ge=0, le=600)] = 0.0
    """Seconds to go nine tenths of the way up."""
    release: Annotated[float, Field(ge=0, le=600)] = 0.0
    """Seconds to go nine tenths of the way down."""
    hertz: Annotated[float, Field(gt=0, le=60)] = 0.1
    """Turns a second of an "lfo/" signal."""
    beats: Annotated[float, Field(gt=0, le=1024)] | None = None
    """Beats that one turn of an "lfo/" signal takes; then `hertz` is not looked at."""

    @field_validator("span")
    @classmethod
    def _has_a_width(cls, span: tuple[float, float]) -> tuple[float, float]:
        if span[0] == span[1]:
            raise ValueError("give two values that differ")
        return span


# Sixteen fields: one for each section of the file.
class Venue(Section):
    """The whole of venue.toml."""

    _folder: Path | None = PrivateAttr(None)
    _file: Path | None = PrivateAttr(None)

    name: str = "Visitant"
    """The name of the venue."""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    """The seed of everything that is random."""
    cameras: Annotated[tuple[CameraSection, ...], Field(min_length=1, max_length=4)] = (CameraSection(),)
    """Cameras, one eye each. Their visitors are drawn together; they are not fused into one room."""
    eye: EyeSection = EyeSection()
    """Detection and tracking of people."""
    dancer: DancerSection = DancerSection()
    """Bodies that a network moves in answer to the visitors."""
    painter: PainterSection = PainterSection()
    """The painter, for scenes that want paintings."""
    diffusion: DiffusionSection = DiffusionSection()
    """The diffusion model, where painter.engine is "diffusers"."""
    canvas: CanvasSection = CanvasSection()
    """The picture that the scenes draw, before it is divided among the outputs."""
    outputs: Annotated[tuple[OutputSection, ...], Field(min_length=1, max_length=16)] = (OutputSection(),)
    """Windows and projectors, each with its part of the canvas."""
    operator: OperatorSection = OperatorSection()
    """The window for the people who run the show; the audience's outputs show no text."""
    loop: LoopSection = LoopSection()
    """The frame rate, and what is reduced when the machine is too slow."""
    osc: OscSection = OscSection()
    """Remote control over OSC, and what is sent to other programs."""
    midi: MidiSection = MidiSection()
    """MIDI controllers."""
    pulse: PulseSection = PulseSection()
    """The clocks that may lead the pulse, and timecode."""
    sound: SoundSection = SoundSection()
    """The sound of the room: what the ear hears. It is never recorded."""
    music: MusicSection = MusicSection()
    """The composer, who plays in the pulse of the show."""
    scenes: ScenesSection = ScenesSection()
    """The playlist: which scenes play, for how long, and how they change."""
    privacy: PrivacySection = PrivacySection()
    """What may be shown and kept of the visitors."""
    modulation: Annotated[tuple[ModulationSection, ...], Field(max_length=256)] = ()
    """Knobs that follow a signal."""

    @property
    def folder(self) -> Path | None:
        """Where the venue's file lies, with its own scenes/ and shaders/; None for the built-in defaults."""
        return self._folder

    @property
    def file(self) -> Path | None:
        """The venue's file; None for the built-in defaults."""
        return self._file
