"""The composer's training: pieces read from MIDI files, batches of tokens, the optimiser and the model card."""
