"""Sources of sound: sound card, file, track of a film, network stream, the composer's music, silence."""
