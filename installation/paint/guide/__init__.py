"""The guide, which conditions the painter: body shapes, scenery, guide files, seeded noise and DeepDream."""
