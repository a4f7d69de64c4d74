"""The page for each person: there, found from the README and from the demo, and true of what stands on the screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fairplace.forms.tasks import SEARCH, TASKS
from fairplace.http.demo import IN_A_SEARCH, PAGES
from fairplace.http.prose import sections
from fairplace.http.work import SEE

ROOT = Path(__file__).parents[2]
HOW_TO = ROOT / "docs/how-to"
PEOPLE = (
    "officer", "evaluator", "moderator", "panel", "approver", "monitoring-officer", "openers", "administrator",
    "provider", "anybody",
)  # fmt: skip
WRITTEN = [name for name in PEOPLE if name != "openers"]

LABEL = re.compile(r"(?<!\*)\*([A-Z][^*\n]+?)\.?\*(?!\*)")
BOLD = re.compile(r"\*\*([A-Z][^*\n]+?)\.?\*\*")


def on_screen() -> str:
    """Every word that a template, a script or a form can show."""
    files = [*(ROOT / "web/templates").glob("*.html"), *(ROOT / "web/scripts").glob("*.js")]
    shown = [*(path.read_text("utf-8") for path in files), SEE]
    return "\n".join([*shown, *(task.title for task in (*TASKS, *SEARCH))]).replace("’", "'")


@pytest.mark.parametrize("name", PEOPLE)
def test_the_page_for_each_person_is_linked_from_the_readme(name: str) -> None:
    assert f"(docs/how-to/{name}.md)" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", WRITTEN)
def test_what_a_page_calls_by_name_stands_on_the_screen(name: str) -> None:
    source = (HOW_TO / f"{name}.md").read_text("utf-8")
    words, labels = on_screen(), LABEL.findall(source)
    assert labels, "a page that names nothing on the screen helps nobody"
    assert [one for one in labels if one.replace("’", "'") not in words] == []


@pytest.mark.parametrize("name", WRITTEN)
def test_a_page_is_short_and_leads_on(name: str) -> None:
    source = (HOW_TO / f"{name}.md").read_text("utf-8")
    assert len(source.splitlines()) < 60
    for link in re.findall(r"\]\(([^)#]+?\.(?:md|png))", source):
        assert (HOW_TO / link).resolve().is_file(), link


@pytest.mark.parametrize("name", sorted({*PAGES.values(), *IN_A_SEARCH.values()}))
def test_a_page_that_the_demo_shows_has_no_marks_left_in_it(name: str) -> None:
    found = sections((HOW_TO / f"{name}.md").read_text("utf-8"))
    text = "\n".join(line for section in found for block in section.blocks for line in block.lines)
    assert found
    assert not re.search(r"\]\(|\*\*|!\[|^\|", text, re.MULTILINE)
