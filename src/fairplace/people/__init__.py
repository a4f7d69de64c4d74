"""Who may do what, and who has an interest in what."""
