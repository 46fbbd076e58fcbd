"""The runtime: eye, ear, control, loop and stage of one installation."""
