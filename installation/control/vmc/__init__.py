"""Bodies as VMC over UDP: sender and receiver."""
