"""What is measured of the wall itself."""
