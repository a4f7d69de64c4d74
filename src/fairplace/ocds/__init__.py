"""Reading the Open Contracting Data Standard, 1.0 and 1.1."""
