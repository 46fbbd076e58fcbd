"""BodySender as VMC over UDP: sender and receiver."""
