"""What becomes public and when, what is taken down again, and what the rules found."""
