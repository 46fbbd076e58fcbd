"""Training of networks on the data of a user."""
