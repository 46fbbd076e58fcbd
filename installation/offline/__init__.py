"""Work without a clock: films, painted films, motion capture, character previews, reference pages."""
