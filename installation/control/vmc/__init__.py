"""VMC over UDP: sender and receiver of bodies."""
