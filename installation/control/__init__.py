"""Control: OSC, MIDI, keys, presets, cues and modulation turn one tree of knobs; VMC carries bodies."""
