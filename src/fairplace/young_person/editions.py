"""The four editions of the same facts: plain words, large print, symbols beside each, and braille."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from jinja2 import Environment
from markupsafe import Markup

from fairplace.young_person import braille
from fairplace.young_person.facts import Fact

Format = Literal["plain", "large_print", "braille", "symbols"]
SUFFIX: dict[Format, str] = {"plain": "html", "large_print": "html", "symbols": "html", "braille": "brf"}


TITLE = "Your home: what we decided"


def edition(form: Format, facts: Sequence[Fact], pages: Environment, *, authority: str) -> bytes:
    """The file of one edition; `authority` is who gives it."""
    if form == "braille":
        opening = [TITLE, f"From {authority}, for you."]
        return braille.file([*opening, *(f"{one.title}: {' '.join(one.sentences)}" for one in facts)])
    # A style sheet of ours, in which nothing that anybody wrote stands.
    sheet = Markup(pages.get_template("young_person.css").render())  # noqa: S704 - it is shipped, not sent
    style = Markup("<style>{}</style>").format(sheet)
    page = pages.get_template("young_person.html")
    return page.render(title=TITLE, form=form, facts=facts, authority=authority, style=style).encode("utf-8")
