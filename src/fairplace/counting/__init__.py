"""What is counted over many searches for homes, and how it is published: rows, plans, and the entries of releases."""
