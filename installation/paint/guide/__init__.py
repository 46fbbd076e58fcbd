"""The guide: the picture that the painter is asked to paint."""
