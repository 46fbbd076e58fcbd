"""How good paintings are: true to the style, to the visitor, still where the visitor is, and nobody's copy."""
