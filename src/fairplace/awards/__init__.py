"""Awards out of a contracts register that a council keeps as a spreadsheet."""
