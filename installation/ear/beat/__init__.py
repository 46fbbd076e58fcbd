"""Beat tracking: band energies, a small recurrent network, a filter over tempo and phase, and the bar."""
