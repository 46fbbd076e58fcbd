"""Pictures and what is measured of them: file decoding, perceptual features, and style vectors."""
