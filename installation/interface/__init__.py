"""All that a scene may import: the Moment and the values in it, knobs, colours, the scene itself."""
