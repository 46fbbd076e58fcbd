"""Training of the painter: samples, losses, discriminator, trainer."""
