"""Templates into text: one Jinja environment that escapes everything, for pages and for papers.

- Autoescape is on for every template but plain text (`.txt`), in which nothing is markup; only filters of ours make markup, from parts that they escape.
- Templates are read from `web/templates` and the page components from the package `govuk_frontend_jinja`.
- A template is compiled once in a process, however many registers and papers use it, and again when its text has changed.
"""

from __future__ import annotations

from pathlib import Path
from types import CodeType

from jinja2 import (
    BytecodeCache,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    select_autoescape,
)
from jinja2.bccache import Bucket

from fairplace import formats, home_words


class _Compiled(BytecodeCache):
    """Code by the place of its template and the hash of its text. It is kept in memory alone: nobody can put code there."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def environment(templates: Path) -> Environment:
    """The environment of everything that is shown, and of the lint test over it."""
    made = Environment(
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_COMPILED,
        extensions=["jinja2.ext.do"],
        loader=ChoiceLoader(
            [
                FileSystemLoader(templates),
                PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
            ]
        ),
    )
    made.filters.update(formats.FILTERS)
    made.globals["home_words"] = home_words
    return made
