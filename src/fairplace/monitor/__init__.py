"""Monitors: whoever keeps an eye on a log from outside, reads every new entry, and notices when its past changes."""
