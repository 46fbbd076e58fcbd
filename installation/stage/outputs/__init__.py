"""Where the canvas goes: windows, recorder, screenshots."""
