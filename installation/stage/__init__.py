"""The stage: everything that touches GL."""
