"""A value of an event as people can read it."""

from __future__ import annotations

from typing import Any


def said(value: Any) -> list[str]:
    """A value as people can read it, line by line; none for an empty one."""
    if value in (None, "", [], {}):
        return []
    if isinstance(value, dict):
        found = {name: said(item) for name, item in value.items()}
        return [f"{name.replace('_', ' ')}: {'; '.join(lines)}" for name, lines in found.items() if lines]
    if isinstance(value, list):
        return ["; ".join(said(item)) for item in value]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [str(value)]
