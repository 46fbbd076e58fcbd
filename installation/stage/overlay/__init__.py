"""Texts for the operator: state of the show, faults, the selected knob, the keys."""
