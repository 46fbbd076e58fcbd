"""Measurements of control: messages lost under load, cost of a message, hostile packets, phase error of taps."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from ipaddress import IPv4Network
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import build_msg
from pythonosc.osc_server import ThreadingOSCUDPServer
from pythonosc.udp_client import SimpleUDPClient

from installation.control.control import Control
from installation.control.osc import codec
from installation.control.osc.patterns import PatternError
from installation.control.osc.receiver import ReceivedMessage, Receiver
from installation.ear.pulse_tracker import PulseTracker
from installation.evaluate.control.packet_fuzzer import mutated_packets
from installation.evaluate.report import Figure
from installation.interface.knobs import InvalidMessageError, Knob, Knobs
from installation.venue.schema import Venue
from motion.landmarks import LANDMARKS

Array = NDArray[np.float64]

LOOPBACK = "127.0.0.1"
UNUSED_SENDER = (LOOPBACK, 9)
HANG_SECONDS = 5.0
"""Time without progress after which a baseline counts as hanging."""


def measure_control(
    progress: Callable[[float], None] | None = None, packets: int = 1_000_000, seconds: float = 10.0
) -> list[Figure]:
    """Measure all figures of control; `progress` gets the share that is done, 0..1. Takes about two minutes."""
    parts: tuple[Callable[[], list[Figure]], ...] = (
        lambda: message_loss(seconds=seconds),
        dispatch_cost,
        encoding_cost,
        lambda: fuzzing(packets),
        tap_phase_error,
    )
    figures: list[Figure] = []
    for done, part in enumerate(parts, 1):
        figures += part()
        if progress is not None:
            progress(done / len(parts))
    return figures


def message_loss(rate: int = 5_000, seconds: float = 10.0, load: float = 0.95, frame: float = 1 / 60) -> list[Figure]:
    """Messages lost while the frame's own work takes the share `load` of its time and holds Python's lock."""
    ours = _lost_by_receiver(rate, seconds, load, frame)
    plain = _lost_by_python_osc(rate, seconds, load, frame)
    name = f"osc: lost of {rate:,} messages/s for {seconds:g} s, loop {load:.0%} busy"
    return [Figure.at_most(name, float(ours), 0.0, "messages", float(plain))]


def dispatch_cost(knobs: int = 2_000) -> list[Figure]:
    """Cost of a message from its bytes to the turned knob, with few and many addresses."""
    one, many = _seconds_per_message(_our_handler, 1), _seconds_per_message(_our_handler, knobs)
    plain_one, plain_many = (
        _seconds_per_message(_python_osc_handler, 1),
        _seconds_per_message(_python_osc_handler, knobs),
    )
    return [
        Figure("osc: cost of a message, 1 address", one * 1e6, "us", plain_one * 1e6),
        Figure(f"osc: cost of a message, {knobs:,} addresses", many * 1e6, "us", plain_many * 1e6),
        Figure.at_most(f"osc: cost with {knobs:,} addresses over 1", many / one, 1.2, "times", plain_many / plain_one),
    ]


def encoding_cost(visitors: int = 4) -> list[Figure]:
    """Cost of encoding the joints of `visitors` as bundles, done 30 times a second in a live run."""
    values = (0.1, 1.2, 2.3, 0.4, 0.5)
    lines = [(f"/visitor/{slot}/joint/{name}", values) for slot in range(1, visitors + 1) for name in LANDMARKS]

    def plain() -> None:
        bundle = OscBundleBuilder(IMMEDIATELY)
        for address, arguments in lines:
            bundle.add_content(build_msg(address, list(arguments)))
        bundle.build()

    ours = _fastest_seconds(lambda: codec.encode_bundles(codec.encode(*line) for line in lines))
    name = f"osc: writing the joints of {visitors} visitors"
    return [Figure(name, ours * 1e3, "ms", _fastest_seconds(plain) * 1e3)]


def fuzzing(packets: int = 1_000_000, seed: int = 1) -> list[Figure]:
    """Exceptions and worst cost of mutated packets, each from its bytes to 2,000 knobs."""
    control, drops = Control(Venue(), make_tree(2_000), listen=False), Counter[str]()
    apply = _frame_handler(control, drops)
    raised, worst = 0, 0.0
    gc.collect()
    gc.freeze()
    for data in mutated_packets(packets, seed):
        begin = time.thread_time()
        try:
            apply(data)
        except Exception:
            raised += 1
        worst = max(worst, time.thread_time() - begin)
    gc.unfreeze()
    survived = _packets_survived_by_python_osc(packets, seed)
    return [
        Figure.at_most(f"osc: exceptions in {packets:,} mutated packets", float(raised), 0.0, "packets"),
        Figure.at_most("osc: thread CPU time of the worst packet", worst * 1e3, 5.0, "ms"),
        Figure("osc: mutated packets before an exception or a hang", float(packets), "packets", float(survived)),
    ]


def tap_phase_error(series: int = 1_000, tempo: float = 120.0) -> list[Figure]:
    """Error of the beat after eight taps, root mean square over many series.

    The baseline is the usual tap tempo: the mean interval, counted from the last tap.
    """
    generator = np.random.default_rng(1)
    within = generator.uniform(-0.020, 0.020, (series, 8))
    normal = generator.normal(0.0, 0.020, (series, 8))
    what = "pulse: phase error (RMS) one beat after 8 taps"
    ours, plain = _phase_errors(within, tempo)
    given, _ = _phase_errors(within, tempo, stated=True)
    wide, wide_plain = _phase_errors(normal, tempo)
    return [
        Figure.at_most(f"{what} within 20 ms", _rms(ours), 15.0, "ms", _rms(plain)),
        Figure.at_most(f"{what} within 20 ms, tempo given", _rms(given), 15.0, "ms", _rms(plain)),
        Figure.at_most(f"{what} with 20 ms standard deviation", _rms(wide), 15.0, "ms", _rms(wide_plain)),
    ]


def _phase_errors(jitter: Array, tempo: float, stated: bool = False) -> tuple[Array, Array]:
    """Errors in ms at the ninth beat, ours and the baseline's, for (n, 8) deviations of taps in s."""
    period = 60 / tempo
    ours, plain = np.empty(len(jitter)), np.empty(len(jitter))
    for index, off in enumerate(jitter):
        heard = 2.0 + np.arange(8) * period + off
        tracker, ninth = PulseTracker(tempo=100.0), 2.0 + 8 * period
        if stated:
            tracker.set_tempo(tempo, 0.0)
        for tap in heard.tolist():
            tracker.tap(tap)
        beat = tracker.step(ninth).beat
        ours[index] = (beat - round(beat)) * period
        plain[index] = heard[-1] + np.diff(heard).mean() - ninth
    return ours * 1e3, plain * 1e3


def _rms(errors: Array) -> float:
    return float(np.sqrt(np.mean(np.square(errors))))


def make_tree(count: int) -> Knobs:
    """A tree of `count` numbers, ten for each scene."""
    tree = Knobs()
    for index in range(count):
        tree.add(f"/scene/s{index // 10}", (Knob(f"k{index % 10}", 0.0),))
    return tree


def _frame_handler(control: Control, drops: Counter[str]) -> Callable[[bytes], None]:
    """A function that handles a datagram as a frame does, with a frame's budget for patterns."""

    def apply(data: bytes) -> None:
        control.dispatcher.begin_frame()
        for address, arguments, _ in codec.decode(data, drops):
            try:
                control.dispatcher.act(ReceivedMessage(address, arguments, 0.0, UNUSED_SENDER))
            except (InvalidMessageError, PatternError) as reason:
                drops[str(reason)] += 1

    return apply


def _our_handler(knobs: int) -> Callable[[bytes], None]:
    return _frame_handler(Control(Venue(), make_tree(knobs), listen=False), Counter())


def _python_osc_handler(knobs: int) -> Callable[[bytes], object]:
    dispatcher = _dispatcher(make_tree(knobs))
    return lambda data: dispatcher.call_handlers_for_packet(data, UNUSED_SENDER)


def _dispatcher(tree: Knobs) -> Dispatcher:
    values: dict[str, Any] = {}
    dispatcher = Dispatcher()
    for address in tree:
        dispatcher.map(address, values.__setitem__)
    return dispatcher


def _seconds_per_message(
    applier: Callable[[int], Callable[[bytes], object]], knobs: int, messages: int = 4_000
) -> float:
    """Seconds per message: the fastest of several rounds over all addresses in random order."""
    apply = applier(knobs)
    generator = random.Random(1)
    addresses = list(make_tree(knobs))
    packets = [build_msg(generator.choice(addresses), generator.random()).dgram for _ in range(messages)]

    def all() -> None:
        for data in packets:
            apply(data)

    return _fastest_seconds(all, 7) / messages


def _fastest_seconds(work: Callable[[], object], rounds: int = 30) -> float:
    """Thread CPU time of the fastest round, s; other load of the machine only adds to it."""
    best = float("inf")
    for _ in range(rounds):
        begin = time.thread_time()
        work()
        best = min(best, time.thread_time() - begin)
    return best


def _lost_by_receiver(rate: int, seconds: float, load: float, frame: float) -> int:
    got = 0
    each = {f"/k/{index}" for index in range(100)}
    receiver = Receiver(LOOPBACK, 0, (IPv4Network("127.0.0.0/8"),), each)

    def draw() -> None:
        nonlocal got
        got += len(receiver.drain(time.monotonic()))

    try:
        _run_busy_loop(receiver.port, rate, seconds, load, frame, draw)
    finally:
        receiver.close()
    return int(rate * seconds) - got


def _lost_by_python_osc(rate: int, seconds: float, load: float, frame: float) -> int:
    got: list[None] = []
    dispatcher = Dispatcher()
    for index in range(100):
        dispatcher.map(f"/k/{index}", lambda *_: got.append(None))
    with ThreadingOSCUDPServer((LOOPBACK, 0), dispatcher) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        _run_busy_loop(server.server_address[1], rate, seconds, load, frame, lambda: None)
        server.shutdown()
        thread.join(HANG_SECONDS)
    return int(rate * seconds) - len(got)


def _run_busy_loop(port: int, rate: int, seconds: float, load: float, frame: float, draw: Callable[[], None]) -> None:
    """Run a loop that is busy for the share `load` of every frame while another process sends, and 1 s longer."""
    sender = multiprocessing.get_context("spawn").Process(target=send, args=(port, rate, seconds), daemon=True)
    sender.start()
    until = None
    while until is None or time.monotonic() < until:
        begin = time.monotonic()
        draw()
        while time.monotonic() - begin < load * frame:
            pass
        time.sleep(max(0.0, begin + frame - time.monotonic()))
        if until is None and not sender.is_alive():
            until = time.monotonic() + 1.0
    sender.close()


def send(port: int, rate: int, seconds: float) -> None:
    """Send `rate` * `seconds` messages to a local port, evenly in bursts of 1 ms."""
    with closing(SimpleUDPClient(LOOPBACK, port)) as client:
        begin, sent = time.perf_counter(), 0
        while sent < int(rate * seconds):
            while sent < min((time.perf_counter() - begin) * rate, rate * seconds):
                client.send_message(f"/k/{sent % 100}", float(sent))
                sent += 1
            time.sleep(0.001)


def _packets_survived_by_python_osc(packets: int, seed: int) -> int:
    """The number of packets that python-osc's dispatcher handles before it raises, or hangs for HANG_SECONDS."""
    context = multiprocessing.get_context("spawn")
    survived = context.Value("q", 0, lock=False)
    child = context.Process(target=_feed_python_osc, args=(packets, seed, survived), daemon=True)
    child.start()
    before, since = 0, time.monotonic()
    while child.is_alive() and time.monotonic() - since < HANG_SECONDS:
        child.join(0.1)
        if survived.value != before:
            before, since = survived.value, time.monotonic()
    child.kill()
    child.join()
    return int(survived.value)


def _feed_python_osc(packets: int, seed: int, survived: Any) -> None:
    logging.disable()
    dispatcher = _dispatcher(make_tree(100))
    for data in mutated_packets(packets, seed):
        try:
            dispatcher.call_handlers_for_packet(data, UNUSED_SENDER)
        except Exception:
            return
        survived.value += 1
