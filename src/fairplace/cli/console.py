"""Where people are told things; stdout is for results."""

from rich.console import Console

told = Console(stderr=True, highlight=False)
