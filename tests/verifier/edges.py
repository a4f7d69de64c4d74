"""What each member of an entry may just be, and what it may just not be: values, member by member."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from tests.verifier.writer import OFFICER, b64url

# The rows are tables:
# fmt: off


def moments() -> Iterator[Any]:
    """One part of a moment at its edge, or past it; of a day that every month has, and of one that it has not."""
    parts = [
        ["0000", "0001", "0999", "1000", "9999", "999", "10000", "-001", "+2026", "２026", "202٦", " 2026"],
        ["00", "01", "02", "09", "10", "12", "13", "19", "20", "99", "1", "1 ", "١2"],
        ["00", "01", "28", "29", "30", "31", "32", "39", "40", "99", "1", " 1", "3١"],
        ["00", "09", "19", "20", "23", "24", "25", "29", "30", "2", "２3"],
        ["00", "09", "59", "60", "61", "69", "99", "5", "٥9"],
        ["00", "09", "59", "60", "61", "69", "99", "5", "5９", ""],
        ["000", "999", "99", "0", "", "1000", "999999", "999999999", "00a", "００0"],
    ]
    for common in ("17", "31"):
        for place, values in enumerate(parts):
            for value in values:
                year, month, day, *clock = edge(["2027", "08", common, "04", "05", "06", "789"], place, value)
                yield "{}-{}-{}T{}:{}:{}.{}Z".format(year, month, day, *clock)
    yield from (f"20{year:02}-{month:02}-{day}T00:00:00.000Z" for year in (27, 28) for month in range(1, 13) for day in range(28, 32))
    good = "2027-08-17T04:05:06.789Z"
    yield from (good[:-1], good.lower(), good.replace("T", " "), good[:-1] + "+00:00", good[:-1] + "A", good.replace(".", ","), good + "Z")
    yield from (good.replace(".789", ""), good.replace(".", "x"), good.replace("-", ""), good.replace(":", ""), good + "\n", " " + good)
    yield from ("1900-02-29T00:00:00.000Z", "2000-02-29T00:00:00.000Z", "2027-W33-2T04:05:06.789Z", "", None, 0, [], {}, True)


def edge(parts: list[str], place: int, value: str) -> list[str]:
    return [*parts[:place], value, *parts[place + 1 :]]


def names() -> Iterator[Any]:
    yield from (OFFICER.name, "a", "z", "0", "9", ".", "_", "/", "-", "-._/", "x/" * 100, "a" * 199, "a" * 200, "a" * 201, "a" * 1_000)
    yield from ("", "A", "aZ", "a b", "a+b", "a:", "a@", "é", "ａ", "K", "ſ", "a\n", "a\u0000", "`", "{", "\\", "~", None, 1, [], {})


def types() -> Iterator[Any]:
    yield from ("procurement.note/1", "a.b/1", "a.b/9", "a.b/10", "a.b/123456789012345678901", "a-.b-/1", "a0.b0/1", "a.b.c.d.e/1")
    yield from ("a" * 5_000 + ".b/1", "a.b/0", "a.b/01", "a.b/", "a.b", "a/1", ".b/1", "a./1", "a..b/1", "0.b/1", "a.0/1", "a.0b/1", "-.b/1")
    yield from ("a.-b/1", "A.b/1", "a.B/1", "aB.b/1", "a.b/1/1", "a.b/1 ", " a.b/1", "a.b/1\n", "a.b/１", "a.b/1٠", "a_b.c/1", "aé.b/1", "a.b/-1")
    yield from ("ı.b/1", "a.ſ/1", "a.b/1a", "a.b//1", "a,b/1", "", None, 1, [], {}, True)


def counts() -> Iterator[Any]:
    yield from (1, 2, 9, 10, 99, 10**13, 10**14, 10**15 - 1, 10**15, 10**15 + 1, 2**53 - 1, 2**53, 2**53 + 1, 2**63, 2**64)
    yield from (10**18, 10**19, 10**20, 10**40, 10**400, 0, -1, -(10**15), True, False, None, "1", "", [], [1], {}, 1.0, 1.5, 1e15, 1e22)


def encoded(size: int, alphabets: str) -> Iterator[str]:
    """Base64 of so many letters and one more: with every last letter, and a strange one at the edges and in the middle."""
    good = "Az09Qg" * 8
    yield from (good[:size] + last for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")
    yield from (good[:place] + letter + good[place + 1 : size] + "A" for place in (0, 1, size // 2, size - 1) for letter in alphabets)
    yield from (good[:other] + "A" for other in (0, size - 2, size - 1, size + 1, size + 2))


STRANGE = "+/-_=@[`{:.,; \n\x7féＡK٠"


def hashes() -> Iterator[Any]:
    good = "Az09Qg" * 7 + "A"
    yield from (text + "=" for text in encoded(42, STRANGE))
    yield from ("", good, good + "==", good + "= ", good + "=\n", " " + good + "=", "=", "A", None, 1, [], {}, True)


def digests() -> Iterator[Any]:
    good = "Az09Qg" * 7 + "A"
    yield from encoded(42, STRANGE)
    yield from ("", good + "=", good + "\n", None, 1, [], {}, True)


def uuids() -> Iterator[Any]:
    for version in "0123456789abcdef":
        yield f"01970000-0000-{version}000-a000-00000000000f"
    for version in "47":
        yield from (f"01970000-0000-{version}000-{variant}000-00000000000f" for variant in "0123456789abcdefABg")
        good = f"0197abcd-00ef-{version}00f-a00f-0000000000ef"
        yield from (good.upper(), good.replace("a", "A"), good.replace("e", "E"), good[:-1], good + "0", good.replace("-", ""), good.replace("-", "_"))
        yield from (f"{{{good}}}", f"urn:uuid:{good}", good + "\n", good.replace("b", "g"), good.replace("0", "０", 1), good.replace("-", "−", 1))
        yield from (good[:place] + "-" + good[place:] for place in (0, 8, 20, 36))
    yield from ("", None, 1, [], {}, True)


def slots() -> Iterator[str]:
    """A slot whose parts, or all of it, are at the edge of what they may be; and some in whose place something may stand."""
    parts = ["a", "z", "0", "9", "-", "_", "a-b", "a" * 63, "a" * 64, "a" * 65]
    parts += ["", "A", "é", "a.b", "a:", "ſ", "K", "a b", "a\n", "`", "{", '"', "\\", "a/", "~", "٠"]
    yield from ("/" + "/".join([part] * times) for part in parts for times in (1, 2, 7, 8, 9))
    yield from (f"/x/{part}" for part in parts)
    yield from (f"/{part}/x" for part in parts)
    yield from (("/" + "c" * 63) * 3 + "/" + "d" * (size - 193) for size in (255, 256, 257))
    yield from ("", "/", "//", "a", "a/b", "/a/", "/a/b/", "/text", "/case", "/a/b", "/a/b/x", "/a/c", "/a/c/x", "/a/n/x", "/a/q", "/a/q/r/s")


BASES = ["personal", "child", "commercial", "standstill", "security", "legal-privilege"]
SEAL: dict[str, Any] = {"basis": "child", "d": "Az09Qg" * 7 + "A"}


def seals() -> Iterator[Any]:
    yield from (SEAL | {"basis": basis} for basis in [*BASES, "", "Child", "children", "chil", "child ", "child\n", "legal privilege", None, 1, [], {}])
    yield from (SEAL | {"d": digest} for digest in digests())
    yield from (SEAL | {name: 1} for name in ("a", "c", "e", "", "basi", "dd"))
    yield from ({"d": SEAL["d"]}, {"basis": "child"}, {}, [], None, SEAL["d"], 1, True, [SEAL], {"basis": "child", "e": SEAL["d"]})


def many_seals(count: int, last: str = "") -> dict[str, Any]:
    found = {f"/s{number:03}": {"basis": "child", "d": b64url(bytes([number]) * 32)} for number in range(count)}
    return found | ({last: SEAL} if last else {})


def maps_of_seals() -> Iterator[Any]:
    yield from (many_seals(count) for count in (0, 1, 2, 3, 62, 63, 64, 65, 100))
    yield from ({slot: SEAL} for slot in slots())
    yield from (many_seals(2, slot) for slot in slots())
    yield from (many_seals(65, slot) for slot in slots())
    yield from ({"/s0": seal} for seal in seals())
    yield from ({"/r": SEAL, "/s0": seal, "/t": SEAL} for seal in seals())
    pairs = [("/a", "/a/b"), ("/a/b", "/a/b/c"), ("/a/b", "/a/c"), ("/a", "/a-b"), ("/a/b", "/a-b"), ("/a", "/ab"), ("/a/b/c", "/a"), ("/a0", "/a/0")]
    pairs += [(one.replace("/a", "/q"), two.replace("/a", "/q")) for one, two in pairs]  # of which nothing is in a body
    yield from ({one: SEAL, two: SEAL} for one, two in pairs)
    yield from ({"/p": SEAL, one: SEAL, "/m/n": SEAL, two: SEAL} for one, two in pairs)
    yield from (None, [], "", 1, True, [SEAL])


def plain_values() -> list[Any]:
    return [
        *(None, True, False, 0, -1, 1, 2**53 - 1, 1 - 2**53, 2**53, -(2**53), 2**63, 10**18, 10**19, 10**30, 1.5, 1e3, 1e22, float("inf"), float("nan")),
        *("", "x", "é", "😀", '"', "\\", "/", "\x1f", "\x7f", "\u2028", "\ufeff", "\u0000", "\\u0000", "\\\\u0000", "\\\u0000", "\ud800", "\udc00"),
        *('},"id":"x', '"}', "\n", "\r\n", "\t", "\b\f", "e\u0301", "\uffff", "\u0001", "\x80", [], {}, [[]], {"a": {}}, [None, True, "x", -1]),
    ]


KEYS = [
    *("a", "b", "case", "s0", "s000", "a/b", "/a", "id", "A", "0", "_", ".", ":", "-", "a" * 256, "a" * 257),
    *("", " ", "é", "a b", "\u0000", "a\n", "{", "\\", '"', "ａ", "~", "@", "[", "`"),
]


def deep(kinds: str, beside: int = 0) -> Any:
    """So many lists and objects in one another, with as many beside."""
    value: Any = 1
    for kind in kinds:
        value = {"k": value} if kind == "o" else [value]
    return {"deep": [value, *[[]] * beside]}


def whole_bodies() -> Iterator[Any]:
    yield from ({"a": value} for value in plain_values())
    yield from ({"a": {"b": [value]}} for value in plain_values())
    yield from ({key: 1} for key in KEYS)
    yield from ({"a": {key: 1}} for key in KEYS)
    yield from (deep(kind * count, beside) for kind in ("o", "l", "ol", "lo") for count in (1, *range(5, 10), *range(11, 18), 40) for beside in (0, 9))
    yield from (deep("o" * count) | deep("l" * other) for count in (12, 13, 14) for other in (12, 13, 14))
    yield from ({}, [], None, "", 1, True, [{}], '{"a":1}')
    yield from ({"s0": 1}, {"words": None}, {"/s0": 1}, {"a": 1}, {"a": {}}, {"a": {"x": 1}}, {"a": {"y": 1}}, {"a": {"y": {"z": 1}}})
    yield from ({"a": [1]}, {"a": None}, {"a": {"y": [1]}}, {"a/x": 1}, {"a": {"y/z": 1}}, {"a": {"w": 1, "y": {"w": 1}}})


EDGES: dict[str, Callable[[], Iterator[Any]]] = {
    "actor": names, "at": moments, "body": whole_bodies, "id": uuids, "keys": hashes, "log": names, "n": counts, "prev": hashes,
    "sealed": maps_of_seals, "stream": uuids, "type": types,
}


@cache
def edges() -> dict[str, list[Any]]:
    return {member: list(values()) for member, values in EDGES.items()}
