"""The composer's network: its tokens, its layers, sampling bars from it, and its file of weights."""
