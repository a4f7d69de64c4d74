"""The code lists as data: which codes there are, since when, until when, and who says so."""
