"""How facts are written for people."""

from __future__ import annotations

import pytest

from fairplace import formats
from fairplace.http.prose import Block, Section, sections


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-11-19T16:10:00.000Z", "19 November 2026, 4:10pm"),
        ("2026-11-19T16:00:00.000Z", "19 November 2026, 4pm"),
        ("2026-11-19T12:00:00.000Z", "19 November 2026, midday"),
        ("2026-11-19T00:00:00.000Z", "19 November 2026, midnight"),
        ("2026-11-19T00:05:00.000Z", "19 November 2026, 12:05am"),
        ("2026-11-19T12:05:00.000Z", "19 November 2026, 12:05pm"),
        ("2026-07-31T23:30:00.000Z", "1 August 2026, 12:30am"),  # London is an hour ahead in summer
        ("2026-11-19", "19 November 2026"),  # no hour is invented
    ],
)
def test_moments_are_londons(value: str, words: str) -> None:
    assert formats.date_time(value) == words
    assert formats.time_tag(value) == f'<time datetime="{value}">{words}</time>'


def test_a_span_names_a_common_day_once() -> None:
    first, later, next_day = (f"2026-06-{day}:00.000Z" for day in ("18T08:36", "18T08:42", "19T08:00"))
    assert "18 June 2026, 9:36am</time> to <time" in formats.span(first, later)
    assert formats.span(first, later).count("June") == 1
    assert formats.span(first, next_day).count("June") == 2
    assert formats.span(first, first) == formats.time_tag(first)


@pytest.mark.parametrize(
    ("pence", "words"),
    [(0, "£0"), (1, "£0.01"), (100, "£1"), (1_234_567_00, "£1,234,567"), (1_234_56, "£1,234.56"), (-5_00, "−£5")],
)
def test_money(pence: int, words: str) -> None:
    assert formats.money(pence) == words


@pytest.mark.parametrize(
    ("points", "words"), [(1500, "15%"), (1250, "12.5%"), (8143, "81.43%"), (5, "0.05%"), (0, "0%")]
)
def test_shares(points: int, words: str) -> None:
    assert formats.share(points) == words


def test_what_is_signed_hides_nothing() -> None:
    assert formats.plainly("£4,800\u202e for \u2066x\u2069\u200b\ufeff\U000e0041") == (
        "£4,800[U+202E] for [U+2066]x[U+2069][U+200B][U+FEFF][U+E0041]"
    )
    for plain in ("Zoë’s – “£1”\n2", "می‌خواهم", "👩‍👧", "עברית"):
        assert formats.plainly(plain) == plain


def test_free_text_keeps_its_lines_and_nothing_else() -> None:
    assert formats.lines("one\ntwo\n\n<b>three</b>\n\n\n") == (
        "<p class='govuk-body'>one<br>two</p><p class='govuk-body'>&lt;b&gt;three&lt;/b&gt;</p>"
    )


def test_a_page_about_a_rule_is_read_in_parts() -> None:
    source = "# ET-01\n\n## How it is **judged**\n\nOne line,\nand `another`.\n\n- a [link](x)\n- two\n  lines\n\n```\nkept  <b>\n```\n"
    assert sections(source) == [
        Section(
            "How it is judged",
            [
                Block("text", ["One line, and another."]),
                Block("list", ["a link", "two lines"]),
                Block("kept", ["kept  <b>"]),
            ],
        )
    ]


def test_steps_and_tables_keep_their_order_and_pictures_are_left_out() -> None:
    source = "# One\n\n1. *First*\n2. second\n\n![seen](x.png)\n\n| A | [B](c) |\n|---|---|\n| 1 | `2` |\n"
    assert sections(source) == [
        Section("", [Block("steps", ["First", "second"]), Block("table", ["A\x1fB", "1\x1f2"])])
    ]
