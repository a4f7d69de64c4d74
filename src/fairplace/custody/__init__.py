"""What is done with sealed values themselves: read by a person, erased, or held for a court."""
