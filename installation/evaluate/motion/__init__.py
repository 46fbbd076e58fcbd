"""Motion files, retargeting and landmark lifting, measured."""
