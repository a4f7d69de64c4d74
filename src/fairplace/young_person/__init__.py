"""The decision in words for the young person whom it is about: the same facts in four editions, given privately."""
