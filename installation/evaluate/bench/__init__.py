"""What `visitant bench` measures: speed and endurance, each beside the plain way."""
