"""How often the guard speaks up where nobody's child is meant: texts with a hit, by kind, among texts that are harmless.

    .venv/bin/python tests/guarding/measuring.py             the texts of the made-up council's register
    .venv/bin/python tests/guarding/measuring.py FILE...     the titles and descriptions of OCDS notices, too

Each distinct text counts once. What is found is listed by its words, to be judged by a reader.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fairplace.guarding.marks import find
from fairplace.ledger.disclosure import opened
from fairplace.ocds.packages import releases
from fairplace.on_disk import Register
from fairplace.synthesis import procurements


def strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for item in value.values():
                yield from strings(item)
        case list() | tuple():
            for item in value:
                yield from strings(item)
        case _:
            pass


def demo() -> Iterator[str]:
    """Every text with a space in it that somebody of the made-up council wrote."""
    with TemporaryDirectory() as folder:
        procurements.build(Path(folder) / "register", seed=1)
        with Register.open(Path(folder) / "register") as register:
            for recorded in register.reader.recorded(0, register.reader.size):
                yield from (text for text in strings(opened(recorded.event)) if " " in text)


def notices(path: Path) -> Iterator[str]:
    for _, release in releases(path, lambda *_: None):
        parts = [release.get("tender", {}), *release.get("awards", []), *release.get("contracts", [])]
        parts += parts[0].get("lots") or []
        for part in parts:
            yield from (part[name] for name in ("title", "description") if isinstance(part.get(name), str))


def tell(name: str, texts: Iterator[str]) -> None:
    distinct = dict.fromkeys(texts)
    hits = {text: found for text in distinct if (found := find(text))}
    by_kind = Counter(mark.kind for found in hits.values() for mark in found)
    said = ", ".join(f"{kind} {count}" for kind, count in sorted(by_kind.items())) or "none"
    print(f"{name}: {len(hits)} of {len(distinct)} texts with a hit ({said})")
    for found in hits.values():
        print("   ", "; ".join(f"{mark.kind}: {mark.words}" for mark in found))


if __name__ == "__main__":
    for given in sys.argv[1:]:
        tell(given, notices(Path(given)))
    tell("the made-up council", demo())
