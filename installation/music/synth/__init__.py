"""The synthesiser: voices, mix, room, limiter and loudness, without samples; one code for live play and files."""
