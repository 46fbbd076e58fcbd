"""What is drawn over what: the crossfade between scenes, and transitions."""
