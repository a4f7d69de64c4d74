"""The signed, append-only log: its bytes, keys, tree and checkpoints."""
