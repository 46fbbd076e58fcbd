"""The composer: a symbolic model of music, its form and harmony, a synthesizer, and MIDI and WAV files."""
