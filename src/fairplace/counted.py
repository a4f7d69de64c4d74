"""How many of something there are, in words that agree with the number."""

from __future__ import annotations


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 bid`, `4 bids`, `1,234 bids`. What follows may be in it: `1 bid was`, `4 bids were`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def every(number: int, one: str, many: str | None = None) -> str:
    """`the one bid`, `all 4 bids`."""
    return f"the one {one}" if number == 1 else f"all {counted(number, one, many)}"
