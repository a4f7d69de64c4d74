"""Nothing that anybody wrote becomes markup, on any page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from litestar.testing import TestClient

from fairplace import shelf
from fairplace.http.app import create_app
from tests.http.conftest import Client
from tests.http.town import Town, build

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "<!--",
    "</textarea><base href=//evil.example>",
    "&lt;script&gt;",
    "<style>*{display:none}</style>",
    "<a href=//evil.example>here</a>",
    "\u202e<b>\u200b",
)
CORPUS = " ".join(HOSTILE)


class Page(HTMLParser):
    """What a browser would find that could run or lead away."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        ours = tag == "script" and re.fullmatch(r"/scripts/[0-9a-f]{64}/[a-z_-]+\.js", dict(attrs).get("src") or "")
        if not ours and tag in {"script", "style", "base", "iframe", "object", "embed", "img", "b", "textarea-x"}:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            target = (value or "").strip().lower()
            if name.startswith("on") or name in {"style", "srcdoc"}:
                self.found.append(f"{tag} {name}={value}")
            if name in {"href", "src", "action", "formaction"} and not re.match(r"/(?!/)|[#?]|data:image/svg", target):
                self.found.append(f"{tag} {name}={value}")

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data[:40]}")


def dangers(page: str) -> list[str]:
    parser = Page()
    parser.feed(page)
    parser.close()
    return parser.found


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Client]]:
    """The town in which every free text holds everything hostile."""
    town = build(tmp_path_factory.mktemp("hostile") / "register", wrap=lambda text: f"{text[:30]} {CORPUS}")
    with TestClient(create_app(town.register), raise_server_exceptions=False) as client:
        yield town, client
    town.register.close()


def test_no_free_text_becomes_markup(hostile: tuple[Town, Client]) -> None:
    town, client = hostile
    addresses = [*town.pages().values(), *(f"/log/{index}" for index in range(town.register.reader.size))]
    shown = 0
    for address in addresses:
        answer = client.get(address, headers={"accept": "text/html"})
        assert answer.status_code == 200, address
        assert dangers(answer.text) == [], address
        assert "49" not in re.findall(r"alert\(1\)[^<]{0,60}\b49\b", answer.text), address
        shown += "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert shown > 20, "the hostile texts did not reach the pages, so nothing was tested"


def test_the_twins_of_hostile_pages_are_never_taken_for_markup(hostile: tuple[Town, Client]) -> None:
    town, client = hostile
    answer = client.get(f"/decisions/{town.cases['contract']}.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert HOSTILE[0] in answer.json()["title"]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_visitor_types_comes_back_as_text(client: Client, text: str) -> None:
    for address in ("/decisions", "/"):
        assert dangers(client.get(address, params={"q": text, "state": ""}).text) == []
    answer = client.get(f"/log/{text.replace('/', '')}", headers={"accept": "text/html"})
    assert dangers(answer.text) == []
    answer = client.post("/verify", data={"proof": f"c2sp.org/tlog-proof@v1\n{text}"}, files={"file": ("", b"")})
    assert dangers(answer.text) == []


def test_the_finder_of_dangers_finds_them() -> None:
    for text in (*HOSTILE[:4], HOSTILE[7], HOSTILE[9], HOSTILE[10]):
        assert dangers(f"<p title='{text}'>{text}</p>"), text


# The templates themselves

TEMPLATES = sorted((shelf.root("web") / "templates").glob("**/*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_prints_nothing_unescaped(template: Path) -> None:
    source = template.read_text("utf-8")
    assert not re.search(r"\|\s*(safe|forceescape|xmlattr|tojson)\b", source)
    assert not re.search(r"\{%-?\s*autoescape", source)
    assert "Markup" not in source
    # A parameter that the components print raw may be a literal and nothing else.
    for raw in re.findall(r"[\"']?\b(?:\w*[hH]tml)\b[\"']?\s*:\s*([^,}\n]+)", source):
        assert re.fullmatch(r"'[^'{]*'|\"[^\"{]*\"", raw.strip()), raw
    ours = re.sub(r"""<script type="module" src="\{\{ script\('[a-z_-]+\.js'\) \}\}"></script>""", "", source)
    for tag in ("<script", "<style", " style=", " onclick", "javascript:"):
        assert tag not in ours, tag


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_attributes_are_quoted(template: Path) -> None:
    """An unquoted attribute is not safe even with escaping."""
    markup = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", template.read_text("utf-8"), flags=re.DOTALL)
    assert not re.search(r"<[a-z][^<>]*\s[a-z-]+=\{\{", markup)
