"""Markup that anybody may send is read once from its beginning to its end, however it was made to hold a reader up."""

from __future__ import annotations

import sys

import pytest

from fairplace import markup
from fairplace.markup import Comment, End, Start

OPEN = (
    "<", "<a ", "</", "</a ", "<!", "<!--", "<!a [", "<?", "<![CDATA[", "<a b='", "<a b=\"'\" c='", "<a\n=", "<a/", "<script>",
    "<script></scrip", "<title>", "<textarea></t", "&", "&#1", "&#x", "<a" + " " * 50, "<p>", "</p>", "<a b=1 c='2'>",
)  # fmt: skip
"""What is never closed, or closed so often that a reader that looks back looks long."""


def steps(text: str) -> int:
    """How many lines of ours are run while a text is read: the same on every machine, however busy."""
    count = 0

    def trace(frame: object, event: str, _: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]  # one that hands itself on
    try:
        markup.all_words(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", OPEN)
def test_twice_as_much_takes_twice_as_long_and_no_longer(piece: str) -> None:
    once, twice = steps(piece * 500), steps(piece * 1000)
    assert twice <= 2 * once + 100


@pytest.mark.parametrize("piece", OPEN)
def test_what_is_looked_for_in_vain_is_looked_for_once(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library looks, too: what it looks through is bounded by what is there, not by how often somebody asks."""

    class Counted(str):
        __slots__ = ()
        seen = 0

        def find(self, sub: str, start: int = 0, *more: int) -> int:  # type: ignore[override]
            found = super().find(sub, start, *more)
            Counted.seen += (len(self) if found < 0 else found) - start
            return found

    text = Counted(piece * 1000)
    assert sum(1 for _ in markup.tokens(text)) <= len(text)
    assert Counted.seen <= 3 * len(text)


def test_it_is_read_as_browsers_read_it() -> None:
    assert list(markup.tokens("a &lt; b<P CLASS=\"x>y\" class='z' hidden data-n=1>c</P ><!-- d --><br/>")) == [
        "a < b",
        Start("p", {"class": "x>y", "hidden": "", "data-n": "1"}),
        "c",
        End("p"),
        Comment(" d "),
        Start("br", {}),
    ]
    assert list(markup.tokens("<script>if (a<b) '</p>'</SCRIPT >c<!--><i>")) == [
        Start("script", {}),
        "if (a<b) '</p>'",
        End("script"),
        "c",
        Comment(""),
        Start("i", {}),
    ]
    assert list(markup.tokens("<title>a <b> &amp; c</title>")) == [Start("title", {}), "a <b> & c", End("title")]
    assert list(markup.tokens("1 < 2 <3")) == ["1 ", "<", " 2 ", "<", "3"]
    assert list(markup.tokens("&#" + "9" * 5000 + ";&#0000065;")) == ["\ufffdA"]
    assert list(markup.tokens("")) == []


@pytest.mark.parametrize(
    "rest", ["<a href='x", "<!-- AB1 2CD", "<p AB1 2CD", "<script>AB1 2CD", "<? AB1 2CD", "</p AB1 2CD"]
)
def test_what_is_never_closed_is_read_all_the_same(rest: str) -> None:
    assert rest.rpartition(" ")[2] in markup.all_words(f"<p>before</p>{rest}")


def test_the_words_of_a_page_are_those_that_it_shows_line_by_line() -> None:
    page = (
        "<head><title>Title</title><style>p{}</style></head><body><p>One <b>t</b>wo<br>three</p><template>four</template>"
        "<table><tr><td>five</td><td>six</td></table><script>seven</script>eight"
    )
    assert markup.words(page) == "One two\nthree\nfive\nsix\neight"


def test_all_words_are_those_too_that_no_page_shows() -> None:
    page = '<title>a</title><p style="display:none">b<img alt="c"><!-- d --><a href="mailto:e">f</a><script>g</script>'
    assert set(markup.all_words(page).split()) >= {"a", "b", "c", "d", "mailto:e", "f", "g"}
    assert "fg" not in markup.all_words(page)
