"""What would stop a show on this machine: checks of venue, models, sources, scenes, outputs and network."""
