"""Files of every kind, sound and broken."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairplace.errors import Malformed, Missing
from fairplace.ocds import cutting, packages
from tests.ocds.notices import package, records, release, written


def read(folder: Path, value: Any) -> tuple[list[tuple[str, dict[str, Any]]], list[tuple[str, str]]]:
    """Releases with their places, and faults."""
    faults: list[tuple[str, str]] = []
    path = written(folder, value)
    return list(packages.releases(path, lambda *fault: faults.append(fault))), faults


def places(folder: Path, value: Any) -> list[tuple[str, str]]:
    return [(where, one["id"]) for where, one in read(folder, value)[0]]


def refusal(folder: Path, value: Any) -> str:
    """Why the file cannot be read; nothing of it may have come before."""
    with pytest.raises(Malformed) as refused:
        next(packages.releases(written(folder, value), lambda *_: None))
    return str(refused.value)


# Kinds of files


def test_a_release_package_gives_its_releases_in_order(tmp_path: Path) -> None:
    assert places(tmp_path, package(release(1), release(2))) == [
        ("releases/0", "notice-1"),
        ("releases/1", "notice-2"),
    ]


def test_a_bare_release_and_a_list_are_read_too(tmp_path: Path) -> None:
    assert places(tmp_path, release(1)) == [("", "notice-1")]
    assert places(tmp_path, [release(1), release(2)]) == [("0", "notice-1"), ("1", "notice-2")]
    assert places(tmp_path, [package(release(3))]) == [("0/releases/0", "notice-3")]


def test_a_record_gives_its_embedded_releases_and_not_the_compiled_one(tmp_path: Path) -> None:
    record = {"ocid": "o-1", "releases": [release(1), release(2)], "compiledRelease": release(9)}
    expected = [("records/0/releases/0", "notice-1"), ("records/0/releases/1", "notice-2")]
    assert places(tmp_path, records(record)) == expected
    assert places(tmp_path, record) == [(where.removeprefix("records/0/"), one) for where, one in expected]


def test_a_record_of_links_gives_its_compiled_release_and_says_so(tmp_path: Path) -> None:
    link = {"url": "https://example.org/1.json", "date": "2025-01-01T00:00:00Z", "tag": ["tender"]}
    found, faults = read(tmp_path, records({"ocid": "o-1", "releases": [link], "compiledRelease": release(9)}))
    assert [(where, one["id"]) for where, one in found] == [("records/0/compiledRelease", "notice-9")]
    assert [where for where, _ in faults] == ["records/0/releases/0", "records/0"]


def test_a_record_without_any_release_is_a_fault(tmp_path: Path) -> None:
    found, faults = read(tmp_path, records({"ocid": "o-1", "releases": []}))
    assert (found, [where for where, _ in faults]) == ([], ["records/0"])


def test_what_is_no_object_among_releases_is_a_fault_and_the_others_are_read(tmp_path: Path) -> None:
    found, faults = read(tmp_path, package(None, release(1), 7, [release(2)], "x"))
    assert [where for where, _ in found] == ["releases/1"]
    assert sorted(faults) == [
        (f"releases/{place}", f"{what} came; expected a release or a record")
        for place, what in ((0, "null"), (2, "a number"), (3, "a list"), (4, "a text"))
    ]


@pytest.mark.parametrize("wrong", [None, {}, {"a": 1}, "x", 1, True])
def test_releases_that_are_no_list_are_a_fault(tmp_path: Path, wrong: Any) -> None:
    found, faults = read(tmp_path, package() | {"releases": wrong})
    assert (found, faults) == ([], [("releases", f"{packages.name_of(wrong)} came; expected a list")])


def test_other_members_of_a_package_may_hold_anything(tmp_path: Path) -> None:
    odd = {"extensions": [{"releases": [release(8)]}], "publisher": {"ocid": "no", "records": [1]}}
    assert places(tmp_path, odd | package(release(1))) == [("releases/0", "notice-1")]


def test_numbers_stay_exact_and_what_is_kept_has_one_form(tmp_path: Path) -> None:
    long = "9" * 5_000
    text = f'{{"ocid": "o", "id": 1, "b": [1.10, 1e999, {long}, -0, 1e9999999999999999999], "a": "\\u00e9"}}'
    [(_, found)], _ = read(tmp_path, text)
    assert found["b"][:3] == [Decimal("1.10"), Decimal("1e999"), Decimal(long)]
    kept = packages.as_bytes(found)
    assert kept == f'{{"a":"é","b":[1.10,1E+999,{long},0,"1e9999999999999999999"],"id":1,"ocid":"o"}}'.encode()
    [(_, again)], _ = read(tmp_path, kept)
    assert packages.as_bytes(again) == kept


def test_half_a_character_is_refused_where_the_release_is_kept(tmp_path: Path) -> None:
    [(_, found)], _ = read(tmp_path, '{"ocid": "o", "id": "\\ud800"}')
    with pytest.raises(Malformed, match="half a character"):
        packages.as_bytes(found)


@given(st.data())
def test_cutting_gives_what_the_standard_library_reads(data: Any) -> None:
    texts = st.text() | st.sampled_from(['"', "\\", "{", "]", '\\"[', "releases"])
    values = st.recursive(
        st.none() | st.integers() | texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20
    )
    found = data.draw(st.lists(st.dictionaries(texts, values) | values, max_size=5))
    size = data.draw(st.integers(1, 50))
    around = data.draw(st.dictionaries(texts, values)) | {"releases": found}
    content = json.dumps(around, ensure_ascii=data.draw(st.booleans()), indent=data.draw(st.sampled_from([None, 1])))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "_CHUNK", size)
        pieces = list(cutting.Cutter(io.BytesIO(content.encode())).pieces())
    lists = [around[name] for name in around if name in cutting.LISTS and isinstance(around[name], list)]
    assert [json.loads(piece or b"") for piece in pieces] == [
        value for one in lists for value in one if isinstance(value, dict | list)
    ]


# What can be lived with


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    found, faults = read(tmp_path, b"\xef\xbb\xbf" + json.dumps(package(release(1))).encode())
    assert (len(found), faults) == (1, [])


def test_a_member_that_comes_twice_is_a_fault_at_its_place(tmp_path: Path) -> None:
    text = '{"releases": [{"ocid": "o", "id": "1", "awards": [{"id": "a"}, {"id": "b", "id": "c"}]}]}'
    [(_, found)], faults = read(tmp_path, text)
    assert found["awards"][1]["id"] == "c"
    assert faults == [("releases/0/awards/1", "a member came twice in this object; the last one counts")]


def test_two_lists_of_releases_in_one_package_are_refused(tmp_path: Path) -> None:
    one, two = json.dumps(release(1)), json.dumps(release(2))
    assert "twice" in refusal(tmp_path, f'{{"releases": [{one}], "releases": [{two}]}}')
    hidden = f'{{"rele\\u0061ses": [{one}], "releases": [{two}]}}'  # the same name, written in another way
    found, faults = read(tmp_path, hidden)
    assert [value["id"] for _, value in found] == ["notice-2"]
    assert faults == [("", "a member came twice in this object; the last one counts")]


def test_lists_of_releases_and_of_records_are_both_read_in_their_order(tmp_path: Path) -> None:
    both = records({"ocid": "o", "releases": [release(1)]}) | {"releases": [release(2)]}
    assert [where for where, _ in places(tmp_path, both)] == ["records/0/releases/0", "releases/0"]


def test_a_release_beyond_the_bounds_is_left_out_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "MAX_OBJECTS", 1_000)
    monkeypatch.setattr(cutting, "MAX_PIECE", 10_000)
    many, long = release(1, junk=[{}] * 2_000), release(2, junk=["x" * 6_000] * 2)
    found, faults = read(tmp_path, package(many, release(3), long, release(4)))
    assert [where for where, _ in found] == ["releases/1", "releases/3"]
    assert [where for where, _ in faults] == ["releases/0", "releases/2"]


# What cannot be read


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"   \n", "expecting value"),
        (b"not json at all", "begins with neither"),
        (b"<html><body>503</body></html>", "begins with neither"),
        (b'{"releases": [{"ocid": "o", "id": "1"}', "ends in the middle"),
        (b'{"releases": [{"ocid": "o", "id": "tru', "ends in the middle"),
        (b'{"releases": [{"ocid": "o", "id": "tru\\', "ends in the middle"),
        (b'{"releases": []}{"releases": []}', "something follows after its end"),
        (b'{"ocid": "a", "id": "1"}\n{"ocid": "b", "id": "2"}\n', "something follows after its end"),
        (b'{"releases": []} x', "something follows after its end"),
        (b'{"releases": []} "x"', "something follows after its end"),
        (b'{"releases": []}]', "closed that was not opened"),
        (b'{"releases": [],}', "expecting property name"),
        (b'{"releases": [{"ocid": "o"},]}', "expecting value"),
        (b'{"releases": [{"ocid": "o"} {"ocid": "p"}]}', "expecting ',' delimiter"),
        (b'{"releases": [{"ocid": "o"]]}', "expecting ',' delimiter"),
        (b'{"releases": [{"ocid": "o",}]}', "expecting property name"),
        (b'{"releases": [{"ocid": "a\nb"}]}', "invalid control character"),
        (b'{"releases": [{"ocid": "\\x"}]}', "invalid \\escape"),
        (b'{"releases": [{"ocid": \\}]}', "backslash"),
        (b"{'releases': []}", "expecting property name"),
        (b'{"releases": [NaN]}', "NaN is no JSON"),
        (b'{"releases": [{"a": -Infinity}]}', "-Infinity is no JSON"),
        (b'{"releases": [0x10]}', "expecting ',' delimiter"),
        (b'{"releases": [{"ocid": "caf\xe9"}]}', "not all of it is UTF-8"),
        (b'{"releases": ["\xed\xa0\x80"]}', "not all of it is UTF-8"),
        (b'{"releases": ["\xc0\x80"]}', "not all of it is UTF-8"),
        (b"\x00\x00\x00\x00", "UTF-16"),
        (b"\x1f\x8b\x08\x00 gzip", "compressed"),
        (b"PK\x03\x04 a workbook", "compressed"),
        (b"7", "begins with neither"),
        (b'"text"', "begins with neither"),
        (b"null", "begins with neither"),
        (b"{}", "no OCDS package"),
        (b'{"a": 1, "b": {"ocid": "x"}}', "no OCDS package"),
        (b'{"releases": ' + b"[" * 65, "nested more than 64 deep"),
        (b"[" * 1_000_000, "nested more than 64 deep"),
        (b'{"a":' * 200_000, "nested more than 64 deep"),
        ('{"releases": []}'.encode("utf-16"), "UTF-16"),
        ('{"releases": []}'.encode("utf-16-le"), "UTF-16"),
        ('{"releases": []}'.encode("utf-32"), "UTF-16"),
    ],
)
def test_a_broken_file_is_refused_with_one_sentence_before_anything_of_it_is_taken(
    tmp_path: Path, content: bytes, said: str
) -> None:
    sentence = refusal(tmp_path, content)
    assert said in sentence
    assert "\n" not in sentence
    assert len(sentence) < 300


def test_a_file_cut_anywhere_is_never_half_taken(tmp_path: Path) -> None:
    whole = json.dumps(package(release(1), release(2))).encode()
    for end in range(0, len(whole), 7):
        refusal(tmp_path, whole[:end])


def test_a_text_without_end_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "long.json"
    with path.open("wb") as out:
        out.write(b'{"releases": [{"ocid": "')
        for _ in range(20):
            out.write(b"x" * (1 << 20))
        out.write(b'"}]}')
    with pytest.raises(Malformed, match="more than 8 MiB"):
        next(packages.releases(path, lambda *_: None))


def test_what_is_no_file_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="there is no file"):
        next(packages.releases(tmp_path / "gone.json", lambda *_: None))
    with pytest.raises(Malformed, match="is no file"):
        next(packages.releases(tmp_path, lambda *_: None))
    with pytest.raises(Malformed, match="is no file"):
        next(packages.releases(Path("/dev/zero"), lambda *_: None))
