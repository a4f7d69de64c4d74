"""The search for one child's home as each who takes part may see it: pure views, made for pages and nothing else."""
