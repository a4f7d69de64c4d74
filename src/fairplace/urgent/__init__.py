"""Bought at once, because it could not wait, and approved afterwards by somebody else."""
