"""Some hundreds of inputs that nobody may take, each for a reason of its own: made here, so that no blob is kept."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.verifier.decoders import decoders, little, members, printed, signed_head
from tests.verifier.passkeys import Passkey, lines
from tests.verifier.test_bundles import TWISTS
from tests.verifier.writer import DASH, LOG, OFFICER, STRANGER, WITNESS, Signer, canonical, zipped

Case = tuple[str, str, bytes]  # decoder, why, bytes

JSON_TEXTS = [
    *(b"", b" ", b"\n", b"{", b"}", b"[", b"]", b'"', b"nul", b"nulll", b"tru", b"True", b"None", b"undefined", b"'a'"),
    *(b"{} ", b" {}", b"{}\n", b"\xef\xbb\xbf{}", b"{}{}", b"[] []", b"{}\0", b"/*x*/{}", b"{}//", b"[1,]", b"[,1]"),
    *(b'{"a":1,}', b'{"a" :1}', b'{"a": 1}', b'{ "a":1}', b'{"a":1,"a":2}', b'{"b":1,"a":2}', b'{"a":1 ,"b":2}'),
    *(b"{a:1}", b"{1:2}", b'{"a"}', b'{"a":}', b'{:1}', b'{"":1}', b'{"a b":1}', '{"é":1}'.encode(), b'{"a\\u0062":1}'),
    *(b"1.0", b"1e5", b"1E5", b"-0", b"-0.0", b"0.1", b"00", b"01", b"+1", b"-", b"- 1", b"0x1", b"1_000", b".5", b"5."),
    *(b"NaN", b"Infinity", b"-Infinity", b"9007199254740992", b"-9007199254740992", b"9" * 400, b"1" * 5_000),
    *(b'"\\u0000"', b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\u00"', b'"\\x41"', b'"\\/"', b'"\\u0041"', b'"\\u000A"'),
    *(b'"\\u001F"', b'"\n"', b'"\t"', b'"\x00"', b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\x80"', b'"\xf4\x90\x80\x80"'),
    *(b"[" * 17 + b"]" * 17, b'{"a":' * 17 + b"1" + b"}" * 17, b"[" * 5_000, b'"' + b"x" * 49_151 + b'"', b"[" * 60_000),
    *(b'{"a":"\\u00e9"}', b'{"' + b"k" * 257 + b'":1}', b'["\\u2028"]', b'["\\u007f"]', b'"\\uD83D\\uDE00"'),
]  # fmt: skip

MEMBERS: dict[str, list[Any]] = {
    "actor": ["", "A", "council example", "é", "x" * 201, 1, None, [], "council.example/officer/7f3a\n"],
    "at": ["", "2026-11-22", "2026-11-22T04:00:00Z", "2026-02-30T04:00:00.000Z", "2026-11-22T24:00:00.000Z", 0, None],
    "body": [None, [], "", 1],
    "id": ["", "01970000-0000-4000-8000-000000000002", "01970000-0000-7000-8000-00000000000G", "X", 7, None],
    "keys": ["x", "A" * 43, "A" * 43 + "B", 1, None, "A" * 42 + "B="],
    "log": ["", "LOG", "a b", 1, None],
    "n": [0, -1, "1", None, True, [], 1.5],
    "prev": ["x", 1, None],
    "sealed": [None, [], {"score": {}}, {"/a": {}}, {"/a": {"basis": "other", "d": "A" * 43}}, {"/a": {"basis": "child", "d": ""}}],
    "stream": ["", "x", "00000000-0000-7000-8000-0000000000aa", 1, None],
    "type": ["", "a", "a/1", "a.b", "a.b/0", "a.b/01", "A.b/1", "a..b/1", "a.b/1/1", 1, None],
}  # fmt: skip


MAY_GO = ("record.pdf", f"proofs/{6:020}.tlog-proof", f"proofs/{7:020}.tlog-proof")
"""What a bundle alone cannot miss: the end of a stream, and a deposit of which no act speaks."""


def json_cases() -> Iterator[Case]:
    for number, text in enumerate(JSON_TEXTS):
        yield "json", f"text {number}", text


def entry_cases() -> Iterator[Case]:
    log = little()
    raw, event = log.entries[7], log.events[7]
    text, _, lines = raw.partition(b"\n\n")

    def entry(changed: Any, sign: Callable[[bytes], bytes] = OFFICER.note) -> bytes:
        signed = b"fairplace/event/v1\n" + canonical(changed) + b"\n"
        return signed + b"\n" + sign(signed)

    for member, values in MEMBERS.items():
        for number, value in enumerate(values):
            yield "entry", f"{member} {number}", entry(event | {member: value})
        yield "entry", f"without {member}", entry({key: value for key, value in event.items() if key != member})
    yield "entry", "one member more", entry(event | {"more": 1})
    for number, value in enumerate(([], None, 1, "", [event])):
        yield "entry", f"not an object {number}", entry(value)
    for why, data in {
        "another header": raw.replace(b"event/v1", b"event/v2", 1),
        "no header": raw.partition(b"\n")[2],
        "CRLF": raw.replace(b"\n", b"\r\n"),
        "no blank line": text + b"\n" + lines,
        "two blank lines": text + b"\n\n\n" + lines,
        "no line": text + b"\n\n",
        "nine lines": text + b"\n\n" + lines * 9,
        "one line twice": text + b"\n\n" + lines * 2,
        "a line of somebody else": entry(event, STRANGER.note),
        "a line without its end": raw[:-1],
        "bytes after the lines": raw + b"x",
        "spaces in the text": raw.replace(b'":', b'": ', 1),
    }.items():
        yield "entry", why, data


def key_and_line_cases() -> Iterator[Case]:
    vkey, line = OFFICER.vkey, OFFICER.note(b"fairplace")
    name, keyid, key = vkey.split("+", 2)
    raw = base64.b64decode(key)
    for number, text in enumerate((
        *("", "+", "++", name, f"{name}+{keyid}", f"{name}+{keyid}+", f"{name}++{key}", f"+{keyid}+{key}"),
        *(f"{name.upper()}+{keyid}+{key}", f"{name}+{keyid.upper()}+{key}", f"{name}+{keyid[:-1]}+{key}"),
        *(f"{name}+00000000+{key}", f"{name} +{keyid}+{key}", f"{vkey}\n", f" {vkey}", f"{vkey}=", vkey[:-1], f"{vkey}AA"),
        *(f"{name}+{keyid}+{key.replace('+', '-').replace('/', '_')}!", f"x{vkey}", f"{'x' * 201}+{keyid}+{key}"),
        *(f"{name}+{keyid}+{base64.b64encode(bytes([kind]) + raw[1:]).decode()}" for kind in (0, 2, 3, 5, 7, 255)),
        *(f"{name}+{keyid}+{base64.b64encode(raw[:size]).decode()}" for size in (1, 2, 32, 33 - 1)),
    )):  # fmt: skip
        yield "vkey", f"text {number}", text.encode()
    for number, data in enumerate((
        *(b"", b"\n", line[:-1], line + b"\n", b" " + line, line.replace(DASH, b"- "), line.replace(DASH, b"\xe2\x80\x94")),
        *(line.replace(b"=\n", b"\n"), line.replace(b"\n", b" \n"), line.replace(b"council", b"COUNCIL"), line * 2),
        *(DASH + b"x \n", DASH + b"x AAAA\n", DASH + b"x AA=A\n", DASH + b"x A\n", DASH + b" AAAA\n", line[:40] + b"\n"),
        *(line.replace(b" ", b"  "), line.replace(b"\n", b"\r\n"), line + line[:-9] + b"AAAAAAA=\n", line.replace(b"/", b"_")),
        STRANGER.note(b"fairplace"), OFFICER.note(b"fairplace!"), Signer(OFFICER.name, 77).note(b"fairplace"),
    )):  # fmt: skip
        yield "line", f"line {number}", data


def assertion_cases() -> Iterator[Case]:
    for key in (Passkey(OFFICER.name, 40), Passkey(OFFICER.name, 41, eddsa=True)):
        for name, (sign, good) in lines(key).items():
            if not good:
                yield "assertion", f"{len(key.point)} {name}", sign(b"fairplace")


def head_cases() -> Iterator[Case]:
    log = little()
    size, good = len(log.entries), signed_head(log, len(log.entries))
    origin, _, root = log.head(size).decode().splitlines()

    def signed(text: str) -> bytes:
        return text.encode() + b"\n" + LOG.note(text.encode())

    for number, text in enumerate((
        *("", "\n", f"{origin}\n", f"{origin}\n{size}\n", f"{origin}\n{size}\n{root}", f"{origin}\n{size}\n{root}\nmore\n"),
        *(f"{origin}\n0{size}\n{root}\n", f"{origin}\n0\n{root}\n", f"{origin}\n-{size}\n{root}\n", f"{origin}\n+8\n{root}\n"),
        *(f"{origin}\n{size}.0\n{root}\n", f"{origin}\n{'9' * 19}\n{root}\n", f"{origin}\n{size}\n{root[:-1]}\n"),
        *(f"{origin}\n{size}\n{root}=\n", f"{origin}\n{size}\n{root[:-2]}B=\n", f"{origin} \n{size}\n{root}\n", f"\n{size}\n{root}\n"),
        *(f"fairplace/x\n{size}\n{root}\n", f"cosignature/x\n{size}\n{root}\n", f"subtree/x\n{size}\n{root}\n"),
        *(f"{origin.upper()}\n{size}\n{root}\n", f"{origin}\r\n{size}\r\n{root}\r\n", f"{origin}\n{size}\n{root.lower()}\n"),
    )):  # fmt: skip
        yield "checkpoint", f"text {number}", signed(text)
    wrong = Signer(LOG.name, 78)
    for why, data in {
        "unsigned": log.head(size),
        "no line": log.head(size) + b"\n",
        "by another key": log.head(size) + b"\n" + wrong.note(log.head(size)),
        "a signature of another text": log.head(size) + b"\n" + LOG.note(log.head(5)),
        "257 lines": good.replace(b"\n\n", b"\n\n" + DASH + b"x AAAAAA==\n" + DASH + b"y AAAAAA==\n"),
        "a witness of time 0": good + WITNESS.cosign(log.head(size), 0),
        "a witness alone": log.head(size) + b"\n" + WITNESS.cosign(log.head(size)),
        "a witness of another head": good + WITNESS.cosign(log.head(5)),
    }.items():
        yield "checkpoint", why, data
    fork = decoders()["evidence"].good[0]
    one, two = fork.split(b"--\n")
    for number, data in enumerate((
        *(b"", b"--\n", one, two, one + two, one + b"-\n" + two, one + b"--" + two, one + b"\n--\n" + two, fork + b"--\n"),
        *(one + b"--\n" + one, one + b"--\n" + two[:-1], one + b"--\n", b"--\n" + two, fork.replace(b"\n8\n", b"\n9\n")),
        *(one + b"--\n" + signed_head(log, 5), one + b"--\n" + two.replace(b"log.example", b"log.elsewhere"), fork * 2),
        one + b"--\n" + two.split(b"\n\n")[0] + b"\n\n" + wrong.note(two.split(b"\n\n")[0] + b"\n"),
    )):  # fmt: skip
        yield "evidence", f"file {number}", data
    paper = printed(log, size).decode()
    lines = paper.splitlines()
    for number, text in enumerate((
        *("", "\n", lines[0], "\n".join(lines[:3]), "\n".join(lines[:4]), "\n".join(lines[1:]), paper.replace("1\n", "2\n", 1)),
        *(paper.replace("size 8", "size 9"), paper.replace("size 8", "size 08"), paper.replace("size 8", "size x"), "size 8"),
        *(paper.replace(origin, "other"), paper.replace(origin, ""), paper.replace("checkpoint", "check point")),
        *("\n".join([*lines[:3], lines[4], lines[3]]), paper.replace(lines[3][:4], "GGGG"), paper[:-4], paper.replace(" ", "-")),
    )):  # fmt: skip
        yield "paper", f"text {number}", text.encode()


def proof_cases() -> Iterator[Case]:
    log = little()
    good = log.proof(7)
    head, extra, index, *rest = good.split(b"\n")

    def with_extra(data: bytes) -> bytes:
        return b"\n".join([head, b"extra " + base64.b64encode(data), index, *rest])

    tilde = f"~{log.disclosures[6]['/case']}\n".encode()
    for number, data in enumerate((
        *(b"", head, head + b"\n", good[:-1], good + b"x", good.replace(b"@v1", b"@v2"), b" " + good, good.replace(b"\n", b"\r\n")),
        *(good.replace(index, line) for line in (b"index 6", b"index 8", b"index 07", b"index -7", b"index", b"index 9" * 3)),
        *(good.replace(index, b"index " + b"9" * n) for n in (3, 18, 19, 40)),
        *(good.replace(rest[0] + b"\n", b"", 1), good.replace(rest[0], rest[0] + b"\n" + rest[0], 1), good.replace(rest[0], rest[1], 1)),
        *(good.replace(rest[0], b"A" * n, 1) for n in (0, 43, 44)),
        *(good.replace(extra, b"extra " + text) for text in (b"", b"A", b"AAAA", b"====", extra[6:] + b"=", extra[6:-1])),
        *(with_extra(log.entries[i]) for i in (0, 5, 6)),
        *(with_extra(log.entries[7] + more) for more in (b"x", b"~", b"~\n", b"~x\n", tilde, tilde * 2, b"\n", "~é\n".encode())),
        *(with_extra(log.entries[6] + more) for more in (tilde, tilde + tilde)),
        good.replace(b"\n8\n", b"\n9\n"), good.replace(signed_head(log, 8), signed_head(log, 5)), good + good,
        good.replace(b"log.example/register\n8", b"log.example/elsewhere\n8"), b"\n".join([head, index, extra, *rest]),
    )):  # fmt: skip
        yield "proof", f"file {number}", data


def policy_cases() -> Iterator[Case]:
    log, one = f"log {LOG.vkey}\n", f"witness a {WITNESS.vkey}\n"
    for number, text in enumerate((
        *("", "\n", "#\n", log, one, "quorum\n", "quorum x\n", "quorum none none\n", "quorum none\nquorum none\n", "QUORUM none\n"),
        *(f"log {OFFICER.vkey}\nlog {OFFICER.vkey}\nquorum none\n", f"log {WITNESS.vkey}\nquorum none\n", "log\nquorum none\n"),
        *(f"witness a {LOG.vkey}\nquorum a\n", f"witness {WITNESS.vkey}\nquorum none\n", f"witness none {WITNESS.vkey}\nquorum none\n"),
        *(one * 2 + "quorum a\n", one + "group a any a\nquorum a\n", one + "group g 0 a\nquorum g\n", one + "group g 2 a\nquorum g\n"),
        *(one + "group g any\nquorum g\n", one + "group g any b\nquorum g\n", one + "group g any a a\nquorum g\n"),
        *(one + "group g x a\nquorum g\n", one + "group g all none\nquorum g\n", one + "group none all a\nquorum none\n"),
        *(one + "group g all a\ngroup h all a\nquorum h\n", one + "group g all g\nquorum g\n", "x\nquorum none\n"),
        *(log.replace("+", " ", 1) + "quorum none\n", log[:-2] + "\nquorum none\n", log + "quorum none\0\n"),
    )):  # fmt: skip
        yield "policy", f"text {number}", text.encode()


def disclosure_cases() -> Iterator[Case]:
    [good] = decoders()["disclosures"].good
    one, two, _ = good.split(b"\n")
    salt, slot, value = json.loads(base64.urlsafe_b64decode(one[1:] + b"=="))

    def line(made: Any) -> bytes:
        return b"~" + base64.urlsafe_b64encode(canonical(made)).rstrip(b"=") + b"\n"

    for number, data in enumerate((
        *(b"", b"\n", b"~", b"~\n", b"x\n", good[:-1], good + b"\n", two + b"\n" + one + b"\n", (one + b"\n") * 2, one[1:] + b"\n"),
        *(b"~ " + one[1:] + b"\n", one + b" \n", one + b"=\n", one.replace(b"~", b"~~") + b"\n", b"~" + one[2:] + b"\n", one + b"\r\n"),
        *(line([salt, slot]), line([salt, slot, value, 1]), line({"a": 1}), line(None), line([1, slot, value]), line([salt, 1, value])),
        *(line([salt, "/other", value]), line([salt, slot, "x"]), line(["", slot, value]), line([salt[:-1], slot, value])),
        *(line([salt + "=", slot, value]), "~é\n".encode(), b"~" + base64.urlsafe_b64encode(b"[1, 2, 3]") + b"\n"),
    )):  # fmt: skip
        yield "disclosures", f"file {number}", data


def bundle_cases() -> Iterator[Case]:
    [good] = decoders()["bundle"].good
    for why, (twist, _) in TWISTS.items():
        yield "bundle", why, twist(good)
    for name in members():
        fewer = {key: data for key, data in members().items() if key != name}
        if name not in MAY_GO and not name.startswith("consistency/"):
            yield "bundle", f"without {name}", zipped(fewer)
        if name.endswith(("proof", ".json", "policy")) or name.startswith("consistency/"):
            for why, data in (
                ("empty", b""),
                ("junk", b"\0" * 99),
                ("cut", members()[name][:-1]),
                ("more", members()[name] + b"x"),
            ):
                yield "bundle", f"{name} {why}", zipped(members() | {name: data})
    said = json.loads(members()["bundle.json"])
    for member in said:
        for number, value in enumerate((None, [], {}, "", -1, "x", [[]], True)):
            if value != said[member] and (member, value) != ("software", "x"):
                yield (
                    "bundle",
                    f"{member} {number}",
                    zipped(members() | {"bundle.json": canonical(said | {member: value})}),
                )
    for name in (
        "readme.txt",
        "x",
        "proofs/",
        "proofs/7.tlog-proof",
        "documents/x",
        "..",
        "a/b",
        "timestamp/9.tsr",
        "consistency/8-8",
    ):
        yield "bundle", f"a member {name}", zipped(members() | {name: b""})


def corpus() -> Iterator[Case]:
    for cases in (json_cases, entry_cases, key_and_line_cases, assertion_cases, head_cases, proof_cases, policy_cases, disclosure_cases, bundle_cases):  # fmt: skip
        for name, why, data in cases():
            yield name, why, data
            if name == "entry" and why != "a line of somebody else":  # who may sign is not asked of its form
                yield "alike", why, data
