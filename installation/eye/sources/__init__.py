"""Frame sources: readers of cameras, films, folders and streams, and what gives their frames by show time."""
