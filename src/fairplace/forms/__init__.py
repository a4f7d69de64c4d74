"""What people fill in, field by field, and the command that it becomes."""
