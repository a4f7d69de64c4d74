"""Entries that are bent where a reader may slip: at the edge of a form, in one token, in one member, in the lines.

Unlike `mutators`, these know what an entry looks like. One in a few is good; nearly all others are a hair from it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from random import Random
from typing import Any

from tests.verifier.edges import EDGES, KEYS, edges, plain_values
from tests.verifier.mutators import spoiled
from tests.verifier.passkeys import Passkey
from tests.verifier.writer import DASH, OFFICER, Signer, b64, b64url, canonical, story

HEADER = b"fairplace/event/v1\n"
MOST_JSON = 49_152
Bend = Callable[[bytes, Random], bytes]

OTHERS = [Signer(f"council.example/officer/{number}", 60 + number) for number in range(9)]
AGAIN = Signer(OFFICER.name, 70)
PASSKEYS = [Passkey(OFFICER.name, 40), Passkey(OFFICER.name, 41, eddsa=True)]
LINES = [signer.note(b"x") for signer in (OFFICER, AGAIN, *PASSKEYS, *OTHERS)]
TOKEN = re.compile(rb'"|\\u[0-9a-fA-F]{4}|\\.|[A-Za-z]+|[0-9]+|[^\x00-\x7f]+|.', re.DOTALL)
NEAR = {
    "0": "/:O٠０", "9": ":8٩", "1": "0l١", "a": "`bAаａ", "z": "{yZ", "f": "gF", "A": "@Ba", "Z": "[Yz", "k": "K",
    "s": "ſS", "i": "ıI", "-": ",._−", "_": "^`-", "/": ".0\\", ".": "-/,", '"': "'”\\", ":": ";9", ",": "+-; ",
    "{": "[z|", "}": "]|", "=": "<>", "+": "*,-", " ": "\t\n\u00a0", "\n": "\r \x0b\u2028", "T": "tS ",
    "—": "–-―", "é": "ée\u0301",
}  # fmt: skip


def with_member(data: bytes, member: str, value: Any) -> bytes:
    """The same entry with another value; whoever acts in it signs it."""
    event, lines = json.loads(data.split(b"\n")[1]), data[data.index(b"\n\n") + 2 :]
    if member == "actor" and type(value) is type(event["actor"]) is str:
        lines = lines.replace(event["actor"].encode(), value.encode())
    return HEADER + text_of(event | {member: value}) + b"\n\n" + lines


def every_edge(entries: Sequence[bytes]) -> Iterator[bytes]:
    """Each member of these entries with each of its values, all else as it was."""
    for data in entries:
        for member, values in edges().items():
            yield from (with_member(data, member, value) for value in values)


PUT = (
    *(b" ", b"\n", b"\t", b"\r", b"0", b"e0", b".0", b"-", b'"', b",", b"\\", b"/", b"=", b"a", b"\x00", b"\xef\xbb\xbf", b"\xff"),
    "٠".encode(),
)  # fmt: skip


def every_touch(data: bytes) -> Iterator[bytes]:
    """At each place something is put in; each letter is left out, doubled, or gets the other case."""
    for at in range(len(data) + 1):
        yield from (data[:at] + piece + data[at:] for piece in PUT)
    for at in range(len(data)):
        yield from (
            data[:at] + data[at + 1 :],
            data[: at + 1] + data[at:],
            data[:at] + data[at : at + 1].swapcase() + data[at + 1 :],
        )


def bodies(chance: Random, depth: int = 0) -> Any:
    found: dict[str, Any] = {}
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        value = chance.choice(plain_values())
        if depth < 3 and chance.random() < 0.3:
            value = chance.choice((bodies(chance, depth + 1), [bodies(chance, depth + 1), value]))
        found[chance.choice(KEYS)] = value
    return found


def bend_members(data: bytes, chance: Random) -> bytes:
    """One to three members get other values; the text is canonical, or nearly."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        member = chance.choice(list(EDGES))
        value = bodies(chance) if member == "body" and chance.random() < 0.5 else chance.choice(edges()[member])
        data = with_member(data, member, value)
    event, lines = json.loads(data.split(b"\n")[1]), data[data.index(b"\n\n") :]
    if chance.random() < 0.05:
        del event[chance.choice(list(event))]
    if chance.random() < 0.05:
        event[chance.choice(("actors", "zz", "bodies", "a", ""))] = chance.choice((1, {}, None))
    return HEADER + (text_of(event) if chance.random() < 0.9 else written_otherwise(event, chance)) + lines


def text_of(event: Any) -> bytes:
    return json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(errors="surrogatepass")


def written_otherwise(event: Any, chance: Random) -> bytes:
    how = chance.choice((
        {"ensure_ascii": True}, {"indent": 1}, {"separators": (", ", ":")}, {"separators": (",", ": ")}, {"sort_keys": False},
    ))  # fmt: skip
    options: dict[str, Any] = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False} | how
    return json.dumps(event, **options).encode(errors="surrogatepass")


def bend_token(data: bytes, chance: Random) -> bytes:
    """A token is left out, doubled, replaced by another of this entry, or changes places with the next."""
    tokens = TOKEN.findall(data)
    at = chance.randrange(len(tokens) - 1)
    match chance.randrange(5):
        case 0:
            del tokens[at]
        case 1:
            tokens.insert(at, tokens[at])
        case 2:
            tokens[at] = chance.choice(tokens)
        case 3:
            tokens[at], tokens[at + 1] = tokens[at + 1], tokens[at]
        case _:
            tokens[at] = re.sub(rb"[0-9a-zA-Z]", lambda found: b"\\u%04x" % found[0][0], tokens[at], count=1)
    return b"".join(tokens)


def bend_letter(data: bytes, chance: Random) -> bytes:
    """A letter becomes one that is much like it, or stands beside what a form allows."""
    text = data.decode(errors="surrogateescape")
    at = chance.randrange(len(text))
    near = NEAR.get(text[at]) or chr(max(0, ord(text[at]) + chance.choice((-1, 1))) % 0xD800)
    return (text[:at] + chance.choice(near) + text[at + 1 :]).encode(errors="surrogateescape")


def bend_pair(data: bytes, chance: Random) -> bytes:
    """A member of an object is written twice, or two that stand side by side change places."""
    found = [one.span() for one in re.finditer(rb'"[a-z0-9_/]+":(?:"[^"]*"|[0-9]+|\{[^{}]*\})', data)]
    first = chance.randrange(len(found) - 1)
    (start, end), (begin, stop) = found[first], found[first + 1]
    if chance.random() < 0.5:
        return data[:end] + b"," + data[start:end] + data[end:]
    return data[:start] + data[begin:stop] + data[end:begin] + data[start:end] + data[stop:]


def bend_size(data: bytes, chance: Random) -> bytes:
    """The JSON text is as long as it may be, or just not."""
    event = json.loads(data.split(b"\n")[1])
    event["body"] = {"a": "", "b": chance.choice(("", "é", "😀"))}
    fill = MOST_JSON - len(text_of(event)) + chance.choice((-1000, -600, -19, -1, 0, 0, 1, 2, 18, 19, 20, 200))
    event["body"]["a"] = "x" * fill
    return HEADER + text_of(event) + data[data.index(b"\n\n") :]


def bend_lines(data: bytes, chance: Random) -> bytes:
    """Other signature lines: their number, order, names, sizes and base64."""
    text = data[: data.index(b"\n\n") + 2]
    actor = chance.choice((LINES[0], LINES[0], LINES[2], LINES[3]))
    others = [chance.choice(LINES[1:]) for _ in range(chance.choice((0, 0, 1, 1, 2, 3, 6, 7, 8)))]
    lines = [actor, *(sorted(set(others)) if chance.random() < 0.6 else others)]
    if chance.random() < 0.6:
        at, name = (
            chance.randrange(len(lines)),
            chance.choice((OFFICER.name, OFFICER.name, OTHERS[0].name, "A", "x" * 200)),
        )
        size = chance.choice((0, 1, 3, 4, 5, 65, 67, 68, 68, 68, 69, 71, 107, 108, 200, 1131, 1132))
        encoded = b64(chance.randbytes(size))
        encoded = chance.choice(
            [encoded] * 4 + [encoded[:-1], encoded + "=", encoded[:-2] + "B=", encoded.replace("=", ""), encoded + "A"]
        )
        lines[at] = (
            chance.choice([DASH] * 6 + [b"- ", "–".encode() + b" ", DASH[:-1], DASH + b" "])
            + f"{name} {encoded}\n".encode()
        )
    return text + b"".join(lines) + chance.choice([b""] * 12 + [b"\n", b"x", b" ", b"\0", "—".encode()])


def bend_bytes(data: bytes, chance: Random) -> bytes:
    return spoiled(data, chance)


BENDS: tuple[Bend, ...] = (
    *(bend_members, bend_members, bend_members, bend_token, bend_token, bend_letter, bend_letter),
    *(bend_pair, bend_lines, bend_lines, bend_bytes),
)


def bent(data: bytes, chance: Random) -> bytes:
    """One of them, at times two. Long texts take long to read, so they are rare."""
    once = bend_size(data, chance) if chance.random() < 0.01 else chance.choice(BENDS)(data, chance)
    return chance.choice((bend_letter, bend_token))(once, chance) if len(once) > 99 and chance.random() < 0.1 else once


@cache
def straight() -> list[bytes]:
    """Good entries, signed by the officer: of our story, and such as have much in them."""
    event = json.loads(story().entries[-1].split(b"\n")[1]) | {"actor": OFFICER.name}
    full = {
        "body": {"a": {"b": 1, "c": [1, -2, None, True, 'x\n"é😀']}, "case": event["stream"], "text": "é"},
        "sealed": {
            slot: {"basis": "child", "d": b64url(sha256(slot.encode()).digest())}
            for slot in ("/a/x", "/a/y/z", "/s0", "/words")
        },
    }
    events = [event | full, event | {"sealed": {}}, event | {"body": {}}]
    return [HEADER + canonical(one) + b"\n\n" + line for one in events for line in (LINES[0], LINES[2])]
