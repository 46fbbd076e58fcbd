"""The ear: the sound of the room, tempo, beat and bar."""
