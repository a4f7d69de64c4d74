"""A made-up region that seeks homes for children over two years, with the truth of what went wrong in it."""
