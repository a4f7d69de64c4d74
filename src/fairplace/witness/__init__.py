"""Witnesses: other bodies that put their name to each state of a log, so that it cannot show two."""
