"""Training of the ear's beat network on MIDI files that are rendered here."""
