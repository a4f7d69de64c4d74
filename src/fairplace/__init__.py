"""fairplace: records of commissioning decisions that a stranger can verify."""

__version__ = "0.1.0"
