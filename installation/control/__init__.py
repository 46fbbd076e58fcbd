"""Control: one tree of knobs, and every hand that may turn them."""
