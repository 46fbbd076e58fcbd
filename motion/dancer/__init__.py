"""The dancer: the part of motion that learns, and the only one that needs torch."""
