"""The same cells on the page, in JSON and in CSV; hostile names harm neither."""

import csv
import io
import json

import jinja2
import pytest

from fairplace.disclosure_control.facts import Area
from fairplace.disclosure_control.released import Shown, withdraw
from fairplace.disclosure_control.releasing import release
from fairplace.disclosure_control.writing import as_csv, as_json, from_json
from fairplace.errors import Malformed
from tests.disclosure_control.town import TWELVE, decisions, everything, facts, plan, table

PAGE = """{% for table in tables %}{% for stretch in table.stretches %}{% for row in stretch.rows %}{% for cell in row.cells -%}
{{ table.name }}|{{ stretch.span.key }}|{{ row.place }}|{{ cell.label }}|{{ cell.count }}|{{ cell.value if cell.value else "" }}
{% endfor %}{% endfor %}{% endfor %}{% endfor %}"""
HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    " =1",
    'a "quoted", name',
    "two\r\nlines",
    "\u202eevil",
]


def lines(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_page_json_and_csv_say_the_same() -> None:
    made = release(everything(), TWELVE, decisions(5, 600, 18), until="2025-09-30")
    page = jinja2.Template(PAGE).render(tables=made.tables).split("\n")
    told = [line.split("|") for line in page if line]
    in_csv = lines(as_csv(made))
    in_json = [
        (table["name"], cell)
        for table in json.loads(as_json(made))["tables"]
        for stretch in table["stretches"]
        for row in stretch["rows"]
        for cell in row["cells"]
    ]
    assert len(told) == len(in_csv) == len(in_json) > 1000
    for printed, line, (name, cell) in zip(told, in_csv, in_json, strict=True):
        assert (
            (printed[0], printed[2], printed[3])
            == (line["Table"], line["Place"], line["Label"])
            == (name, line["Place"], cell["label"])
        )
        assert printed[4].replace(",", "") == (line["Count"] or line["Count symbol"])
        assert cell["count"]["symbol"] == line["Count symbol"]
        assert printed[5].replace(",", "") == (line["Value"] or line["Value symbol"])
        assert str(cell["count"]["number"] if cell["count"]["number"] is not None else "") == line["Count"]


def test_neither_says_which_hidden_number_is_small() -> None:
    made = release(
        plan(table(labels=("a", "b", "c"), down_to="region")),
        [TWELVE[1]],
        facts({"a": 4, "b": 7, "c": 12}, authority="E01"),
        until="2026-06-30",
    )
    cells = {cell.label: cell for cell in made.tables[0].stretches[0].rows[0].cells}
    assert cells["a"].count == cells["b"].count == Shown(symbol="c")
    by_label = {line["Label"]: {**line, "Label": "", "Words": ""} for line in lines(as_csv(made))}
    assert by_label["a"] == by_label["b"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_no_formula_and_breaks_no_line(name: str) -> None:
    place = Area(code="A", name=name, region="North", looked_after=400)
    made = release(plan(table(labels=("a",))), [place], facts({"a": 9}), until="2026-06-30")
    found = {line["Name"] for line in lines(as_csv(made))} - {"North"}
    assert found == {name if name[0] in "a\u202et" else f"'{name}"}
    assert json.loads(as_json(made))["tables"][0]["stretches"][0]["rows"][1]["name"] == name


def test_a_release_is_read_again_as_it_was() -> None:
    made = release(everything(), TWELVE, decisions(8, 400, 12), until="2025-03-31")
    assert from_json(as_json(made)) == made


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"format":"fairplace-release/1"}',
        b'{"format":"fairplace-release/1","number":1.5}',
    ],
)
def test_what_is_no_release_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed, match="this is no release"):
        from_json(data)


def test_a_tombstone_is_no_release() -> None:
    made = release(plan(table(labels=("a",))), TWELVE, [], until="2026-06-30")
    with pytest.raises(Malformed, match="this is no release as it was published"):
        from_json(as_json(withdraw(made, day="2026-07-20", why="a file was read twice")))


def test_the_same_release_is_the_same_bytes() -> None:
    given = decisions(6, 200, 6)
    first, second = (
        release(everything(), TWELVE, list(order), until="2024-09-30") for order in (given, reversed(given))
    )
    assert as_json(first) == as_json(second)
    assert as_csv(first) == as_csv(second)


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (Shown(1234), "1,234"),
        (Shown(853, decimals=1), "85.3"),
        (Shown(-5, decimals=1), "-0.5"),
        (Shown(symbol="k"), "k"),
    ],
)
def test_a_number_is_written_with_its_decimals(shown: Shown, words: str) -> None:
    assert str(shown) == words
