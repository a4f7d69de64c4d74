"""The one that holds the log's keys: in the register's own process, or in one that holds nothing else."""
