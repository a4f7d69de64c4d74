"""Templates: compiled once for every register of a process, and anew when their text has changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment

from fairplace.templating import environment


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the templates that were compiled, in order."""
    names: list[str] = []
    real = Environment.compile

    def compile_(self: Environment, source: str, name: str | None = None, *others: object, **more: object) -> object:
        names.append(str(name))
        return real(self, source, name, *others, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Environment, "compile", compile_)
    return names


def test_two_registers_share_what_was_compiled_and_nothing_that_is_theirs(tmp_path: Path, compiled: list[str]) -> None:
    (tmp_path / "page.html").write_text("<p>{{ authority }}", "utf-8")
    for authority in ("Northbrook", "<Southbrook>"):
        made = environment(tmp_path)
        made.globals["authority"] = authority
        assert made.get_template("page.html").render() == f"<p>{authority.replace('<', '&lt;').replace('>', '&gt;')}"
    assert compiled == ["page.html"]


def test_a_template_with_another_text_is_compiled_anew(tmp_path: Path, compiled: list[str]) -> None:
    for text in ("one", "two"):
        (tmp_path / "page.html").write_text(text, "utf-8")
        assert environment(tmp_path).get_template("page.html").render() == text
    assert compiled == ["page.html", "page.html"]


def test_templates_of_the_same_name_and_text_in_two_folders_are_two(tmp_path: Path, compiled: list[str]) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "page.html").write_text("{% include 'part.html' %}", "utf-8")
        (tmp_path / folder / "part.html").write_text(folder, "utf-8")
        assert environment(tmp_path / folder).get_template("page.html").render() == folder
    assert compiled == ["page.html", "part.html", "page.html", "part.html"]
