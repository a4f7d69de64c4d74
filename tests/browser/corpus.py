"""Texts to put before both checkers, ours in Python and ours in the browser: some good, most bent in one place.

Everything is made from one seed, so a case that they judge differently can be found again by its number.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.verifier import writer as w
from tests.verifier.passkeys import Passkey

STRINGS = (
    "",
    "a",
    "é",
    "雪",
    "😀",
    '"',
    "\\",
    "/",
    "\n",
    "\x1f",
    "\x7f",
    "\u2028",
    "\ud800",
    "\0",
    "e\u0301",
    "—",
    "</script>",
)
KEYS = (
    "a",
    "b",
    "B",
    "a.b",
    "a/b",
    "_",
    "1",
    "10",
    "2",
    "__proto__",
    "constructor",
    "a" * 256,
    "a" * 257,
    "",
    "é",
    "a b",
)
NUMBERS = (0, 1, -1, 2**53 - 1, -(2**53) + 1, 2**53, 2**53 + 1, -(2**53), 10**16, 10**17, 10**30, 1.5, 1e300)

# Written by hand: what a lenient reader takes.
ODD = (
    b"", b" ", b"{}", b"[]", b"{} ", b" {}", b"\xef\xbb\xbf{}", b'{"a":1,"a":1}', b'{"b":1,"a":2}', b'{"a":1,}', b"[1,]",
    b"[,1]", b"-0", b"0", b"-1", b"01", b"1.0", b"1e2", b"1E2", b"+1", b"9007199254740991", b"9007199254740992",
    b"-9007199254740991", b"-9007199254740992", b"9007199254740993", b"99999999999999999999", b"NaN", b"Infinity",
    b"null", b"true", b"nul", b"nulll", b'"\\u0041"', b'"\\/"', b'"\\u001F"', b'"\\u001f"', b'"\\u000a"', b'"\\n"',
    b'"\\u0000"', b'"\\\\u0000"', b'"\x00"', b'"\x1f"', b'"\x7f"', b'"\\u007f"', b'"\\ud800"', b'"\\ud83d\\ude00"',
    b'"\xed\xa0\x80"', b'"\xf0\x9f\x98\x80"', b'"\xf4\x90\x80\x80"', b'"\xc0\xaf"', b'"\xff"', b'"\xe2\x80\xa8"', b"'a'",
    b'{a:1}', b'{"a" :1}', b'{"a":1}\n', b"[1 ]", b"//", b'{"__proto__":{"a":1}}', b'{"a":{"__proto__":null}}', b'"',
    b"[" * 16 + b"]" * 16, b"[" * 17 + b"]" * 17, b'{"a":' * 16 + b"1" + b"}" * 16, b'{"a":' * 17 + b"1" + b"}" * 17,
    b"[" * 40_000, b'"' + b"a" * 49_150 + b'"', b'"' + b"a" * 49_151 + b'"', b'"' + b"\\n" * 24_000 + b'"', b'{"":1}',
)  # fmt: skip


def value(chance: random.Random, depth: int = 0) -> Any:
    kind = chance.randrange(9 if depth < 4 else 6)
    if kind < 2:
        return "".join(chance.choices(STRINGS, k=chance.randrange(4)))
    if kind < 4:
        return chance.choice(NUMBERS[:5]) if chance.random() < 0.9 else chance.choice(NUMBERS)
    if kind < 6:
        return chance.choice((None, True, False))
    if kind == 6:
        return [value(chance, depth + 1) for _ in range(chance.randrange(4))]
    keys = KEYS[:12] if chance.random() < 0.9 else KEYS
    return {chance.choice(keys): value(chance, depth + 1) for _ in range(chance.randrange(5))}


def bent(data: bytes, chance: random.Random) -> bytes:
    """The same with one small change."""
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + chance.choice((1, 1, 1, 2, 8, 60)))
    return chance.choice(
        (
            lambda: data[:at] + bytes([data[at % len(data)] ^ 1 << chance.randrange(8)]) + data[at + 1 :],
            lambda: data[:at] + data[end:],
            lambda: data[:at] + data[at:end] + data[at:],
            lambda: data[:at] + chance.choice((b" ", b"\n", b"0", b"=", b'"', b"\\", b"~", b"\xff", b"\xe2\x80\x94 ")) + data[at:],
            lambda: data[:at],
        )
    )()  # fmt: skip


def as_bytes(made: Any, chance: random.Random) -> bytes:
    """A value as JSON, mostly in its canonical form."""
    tight, ordered = chance.random() < 0.95, chance.random() < 0.95
    separators = (",", ":") if tight else (", ", ": ")
    text = json.dumps(made, sort_keys=ordered, separators=separators, ensure_ascii=chance.random() < 0.05)
    return text.encode("utf-8", "surrogatepass")


def json_texts(count: int) -> Iterator[bytes]:
    yield from ODD
    chance = random.Random(1)
    for _ in range(count):
        data = as_bytes(value(chance), chance)
        yield data if chance.random() < 0.4 or not data else bent(data, chance)


def twisted(event: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """An event with one member that is another."""
    new = {**event, "body": dict(event["body"]), "sealed": {slot: dict(seal) for slot, seal in event["sealed"].items()}}
    text: Callable[[str], str] = lambda old: bent(old.encode() or b"x", chance).decode("utf-8", "replace")  # noqa: E731
    slots = ["/a", "/title/x", "/title", "/case", "title", "/A", "/" + "a" * 65, "/x" * 9, "", "/é", "/a/", "/kind/x"]
    match chance.randrange(10):
        case 0:
            new.pop(chance.choice(list(new)))
        case 1:
            new[chance.choice(("extra", "__proto__", "actor2"))] = value(chance)
        case 2:
            new[chance.choice(list(new))] = value(chance)
        case 3:
            new["at"] = chance.choice(
                ("2026-02-29T00:00:00.000Z", "2024-02-29T00:00:00.000Z", "1900-02-29T00:00:00.000Z", "0000-01-01T00:00:00.000Z",
                 "2026-13-01T00:00:00.000Z", "2026-04-31T00:00:00.000Z", "2026-01-01T24:00:00.000Z", "2026-01-01T23:60:00.000Z",
                 "2026-01-01T23:59:60.000Z", "2026-00-01T00:00:00.000Z", "2026-01-00T00:00:00.000Z", "9999-12-31T23:59:59.999Z")
            )  # fmt: skip
        case 4:
            new["n"] = chance.choice((0, -1, 1, 2, True, "1", None, 2**53 - 1, 2**53))
        case 5:
            new["sealed"][chance.choice(slots)] = {
                "basis": "commercial",
                "d": w.b64url(bytes([chance.randrange(256)]) * 32),
            }
        case 6:
            new["sealed"][chance.choice(slots)] = value(chance)
        case 7 if new["sealed"]:
            seal = new["sealed"][chance.choice(list(new["sealed"]))]
            seal[chance.choice(("basis", "d", "e"))] = chance.choice((value(chance), "child", seal["d"][:-1] + "B"))
        case 8:
            new["body"][chance.choice(("title", "kind", "a", "case"))] = value(chance)
        case _:
            name = chance.choice([name for name in new if isinstance(new[name], str)])
            new[name] = text(new[name])
    return new


def written(event: dict[str, Any], chance: random.Random) -> bytes:
    """The event as an entry with signature lines, which may be bent or in disorder. The signatures are noise."""
    names = [
        str(event.get("actor")),
        *chance.choices((w.OFFICER.name, w.EVALUATOR.name, w.RECEIVER.name), k=chance.choice((0, 0, 1, 2, 3, 8))),
    ]
    if chance.random() < 0.8:
        names[1:] = sorted(set(names[1:]))
    text = b"fairplace/event/v1\n" + as_bytes(event, chance) + b"\n"
    lines = [
        w.DASH
        + f"{name} {w.b64(bytes([i]) * chance.choice((68, 68, 68, 68, 68, 68, 67)))}\n".encode("utf-8", "replace")
        for i, name in enumerate(names)
    ]
    return text + b"\n" + b"".join(lines)


def entries(count: int) -> Iterator[bytes]:
    chance = random.Random(2)
    events = w.story().events
    for _ in range(count):
        event = chance.choice(events)
        if chance.random() < 0.8:
            event = twisted(event, chance)
        data = written(event, chance)
        yield bent(data, chance) if chance.random() < 0.3 else data


def proofs(count: int) -> Iterator[bytes]:
    """Proofs of a small log. Some are bent as they are; of some only what is inside, and the log then signs that."""
    chance = random.Random(3)
    story = w.story()
    whole = [story.proof(index, story.in_effect.get(index, ())) for index in range(len(story.entries))]
    yield from whole
    for _ in range(count):
        index = chance.randrange(len(story.entries))
        if chance.random() < 0.4:
            yield bent(whole[index], chance)
            continue
        again = w.story()
        event = twisted(again.events[index], chance) if chance.random() < 0.8 else again.events[index]
        again.entries[index] = written(event, chance)
        text = again.head(len(again.entries), chance.choice((None, None, None, "log.example/other", "fairplace/x")))
        signers, extra = chance.choice(([w.LOG], [w.LOG], [w.LOG, w.LOG_PQ], [w.NEW_LOG], [w.LOG, w.NEW_LOG])), b""
        if chance.random() < 0.2:
            text, signers = bent(text, chance), [w.LOG]
        elif chance.random() < 0.5:
            extra = w.WITNESS.cosign(text)
        again.publish(text, signers=signers, extra=extra)
        openings = dict(again.disclosures[index])
        if openings and chance.random() < 0.3:
            slot = chance.choice(list(openings))
            again.disclosures[index][slot] = chance.choice(
                (
                    openings[slot][:-1],
                    "AAAA",
                    again.seal(slot, 1),
                    bent(openings[slot].encode(), chance).decode("latin-1"),
                )
            )
        slots = [slot for slot in openings if chance.random() < 0.7]
        yield again.proof(index, slots)


def keys(count: int) -> Iterator[str]:
    chance = random.Random(4)
    good = [one.vkey for one in (w.ROOT, w.LOG, w.LOG_PQ, w.WITNESS, w.WITNESS_PQ)]
    good += [
        Passkey(w.OFFICER.name, 2 + eddsa, eddsa=bool(eddsa), site="https://a.example:8443").vkey for eddsa in (0, 1)
    ]
    yield from good
    for _ in range(count):
        yield bent(chance.choice(good).encode(), chance).decode("utf-8", "replace")


def policies(count: int) -> Iterator[str]:
    chance = random.Random(5)
    usual = [
        f"log {w.LOG.vkey}", f"log {w.LOG_PQ.vkey} https://log.example", "# remark", "", f"witness w1 {w.WITNESS.vkey}",
        f"witness w2 {w.WITNESS_PQ.vkey} https://w2.example", "group g 1 w1 w2", "group g all w2", "group h any w1", "quorum g",
    ]  # fmt: skip
    odd = [
        f"log {w.WITNESS.vkey}", f"witness w1 {w.WITNESS_PQ.vkey}", f"witness none {w.WITNESS.vkey}", "group g 0 w1", "group k 3 w1 w2",
        "group k 1 w1 w1", "group k 1 g", "group h 1_0 w1", "quorum none", "quorum w1", "quorum nobody", "\t", "nonsense", "log", "quorum",
    ]  # fmt: skip
    for _ in range(count):
        chosen = [line for line in usual if chance.random() < 0.6]
        chosen[len(chosen) - 1 :] = [line for line in odd if chance.random() < 0.06] + chosen[len(chosen) - 1 :]
        if chance.random() < 0.1:
            chance.shuffle(chosen)
        if not any(line.startswith("quorum") for line in chosen):
            chosen.append(chance.choice(("quorum none", "quorum none", "quorum w1", "")))
        text = "\n".join(chosen) + "\n"
        yield bent(text.encode(), chance).decode("utf-8", "replace") if chance.random() < 0.1 else text


def packed(data: bytes) -> str:
    return base64.b64encode(data).decode()
