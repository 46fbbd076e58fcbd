"""Documentation: reference pages made from the code, and the HTML site of `make docs`."""
