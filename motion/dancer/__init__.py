"""The dancer: a neural network that continues a body's motion and answers a partner; needs torch."""
