"""A small folder of MIDI files in the form of the Groove data set, for tests."""

from __future__ import annotations

from pathlib import Path

import mido

HEAD = "drummer,session,id,style,bpm,beat_type,time_signature,midi_filename,audio_filename,duration,split"


def write_beat(path: Path, bpm: float, seconds: float, channel: int = 9, shift_beats: float = 0.0) -> None:
    """Kick, snare and hats in 4/4, in one track; `shift_beats` moves all off the grid."""
    path.parent.mkdir(parents=True, exist_ok=True)
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm))])
    events = []
    for eighth in range(int(seconds * bpm / 30.0)):
        tick = round((0.5 * eighth + shift_beats * (eighth % 3)) * 480)
        events += [(tick, 42, 80)]
        if eighth % 4 == 0:
            events += [(tick, 36, 110)]
        if eighth % 4 == 2:
            events += [(tick, 38, 100)]
    last = 0
    for tick, pitch, velocity in sorted(events):
        track.append(mido.Message("note_on", channel=channel, note=pitch, velocity=velocity, time=tick - last))
        track.append(mido.Message("note_off", channel=channel, note=pitch, time=0))
        last = tick
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    file.save(path)


def write_groove(folder: Path) -> None:
    """An info.csv with takes of each split, and one song beside it."""
    rows = [HEAD]
    for number, (split, bpm) in enumerate([("train", 100), ("train", 130), ("test", 90), ("validation", 110)]):
        name = f"drummer1/{number}.mid"
        write_beat(folder / "groove" / name, bpm, 26.0)
        rows.append(f"drummer1,s,s/{number},rock,{bpm},beat,4-4,{name},{number}.wav,26.0,{split}")
    rows.append(f"drummer1,s,s/9,rock,{bpm},fill,4-4,{name},9.wav,2.0,train")
    (folder / "groove" / "info.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    write_beat(folder / "songs" / "song.mid", 120, 20.0, channel=0)
    write_beat(folder / "songs" / "adrift.mid", 120, 20.0, channel=0, shift_beats=0.31)
