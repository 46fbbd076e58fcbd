"""The ear: tempo, beat and bar."""
