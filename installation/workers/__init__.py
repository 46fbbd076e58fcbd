"""Workers and where they run: placement, mailbox, codec, allocator, process tree."""
