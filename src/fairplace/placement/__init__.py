"""A home found: what was agreed for it, how it went, how it ended."""
