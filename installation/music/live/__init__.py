"""The composer live: bars on the pulse's bar lines, sound rendered ahead, sound card, MIDI out, and what it answers."""
