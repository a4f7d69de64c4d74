"""Templates into text: one Jinja environment that escapes everything, for pages and for papers.

- Autoescape is on for every template but plain text (`.txt`), in which nothing is markup; only filters of ours make markup, from parts that they escape.
- Templates are read from `web/templates` and the page components from the package `govuk_frontend_jinja`.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader, select_autoescape

from fairplace import formats


def environment(templates: Path) -> Environment:
    """The environment of everything that is shown, and of the lint test over it."""
    made = Environment(
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.do"],
        loader=ChoiceLoader(
            [
                FileSystemLoader(templates),
                PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
            ]
        ),
    )
    made.filters.update(formats.FILTERS)
    return made
