"""Training shared by all networks: loop, weights files, loss plots, devices."""
