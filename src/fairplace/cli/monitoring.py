"""A monitor at the command line: it follows, compares, and says what it found, once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import click
import msgspec
from rich.console import Console

import fairplace_verify
from fairplace.errors import Busy, FairplaceError, Malformed, Missing
from fairplace.ledger.note import Vkey
from fairplace.monitor import comparing
from fairplace.monitor.following import PATIENCE, Follower, State
from fairplace.monitor.judging import Judging
from fairplace.monitor.memory import Finding, Memory
from fairplace.monitor.source import Source
from fairplace.witness.client import seen
from fairplace.witness.known import Witness

MOST_BYTES = 4_000_000
"""Of a file that is given."""


class Brought(NamedTuple):
    """What the reader brought: keys of the log, and perhaps a policy with its witnesses."""

    keys: list[Vkey]
    policy: fairplace_verify.Policy | None
    witnesses: list[Witness]


def follow_log(
    log: str,
    state: Path,
    keys: tuple[str, ...],
    policy: Path | None,
    *,
    every: int,
    once: bool,
    hashes_alone: bool,
    as_json: bool,
    told: Console,
) -> int:
    brought, source = _brought(keys, policy), Source(log)
    memory = Memory(state)
    try:
        follower = Follower(source, memory, brought.keys, hashes_alone=hashes_alone)
        while True:
            code = _round(follower, memory, brought, as_json)
            if once:
                return code
            time.sleep(every)
    except KeyboardInterrupt:
        told.print("stopped", style="bold")
        return 0
    finally:
        memory.close()


def _round(follower: Follower, memory: Memory, brought: Brought, as_json: bool) -> int:
    """One look. The exit code says what was found; everything found is said, and then no more."""
    now = int(time.time())
    try:
        found = follower.look(now)
        found += _witnesses(memory, brought, now)
        code = _code(found, brought)
    except Busy as error:
        with memory.taking_in():
            memory.find(Finding("silent", str(error)), now)
        code = 4
    tell(memory, as_json)
    last = memory.last()
    if as_json:
        head = {"origin": last.origin, "size": last.size} if last else {"origin": "", "size": 0}
        click.echo(msgspec.json.encode({"kind": "looked", **head, "exit": code}))
    return code


def _code(found: Sequence[Finding], brought: Brought) -> int:
    kinds = {one.kind for one in found}
    if "unreadable" in kinds:
        return 2
    if any(one.grave for one in found):
        return 1
    return 3 if not brought.keys or "uncosigned" in kinds else 0


def _witnesses(memory: Memory, brought: Brought, now: int) -> list[Finding]:
    """Do the witnesses of the reader's policy hold the same log, and have enough of them signed what it shows?"""
    last = memory.last()
    if last is None or brought.policy is None:
        return []
    found: list[Finding] = []
    keys = [*brought.keys, *Judging(memory, last.origin).register.all_log_keys()]
    for one in (one for one in brought.witnesses if one.url):
        try:
            held = seen(one, last.origin)
        except FairplaceError as error:
            found.append(Finding("witness", f"the witness {one.name}: {error}"))
            continue
        if held is None:
            continue
        given = comparing.Given(f"the witness {one.name}", last.origin, held.size, held.root, State.read(held.note))
        said = comparing.against(memory, last, given, keys)
        with memory.taking_in():
            since = memory.waits(one.name, now if said.kind == "ahead" else None)
        if said.kind == "ahead" and now - since <= PATIENCE:
            continue  # it signs before the log shows
        if said.kind != "agrees":
            found.append(said._replace(grave=True))
    lines = State.read(last.note)
    good = {key.text for one in brought.witnesses for key in _signers(lines, one)}
    if not brought.policy.met(good):
        found.append(Finding("uncosigned", f"too few of your witnesses have signed the state of {last.size} entries"))
    with memory.taking_in():
        for finding in found:
            memory.find(finding, now)
    return found


def _signers(state: State, witness: Witness) -> list[Vkey]:
    refs = {line[:2] for line in witness.good(state.text, state.lines)}
    return [key for key in witness.vkeys if (key.name, key.key_id) in refs]


def compare_files(files: tuple[Path, ...], state: Path | None, keys: tuple[str, ...], *, as_json: bool) -> int:
    given = [one for path in files for one in comparing.read(path.name, _file(path))]
    trusted = [Vkey.parse(text) for text in keys]
    found: list[Finding] = []
    if state is not None:
        if not state.is_dir():
            raise Missing(f"{state} is no folder; give the one that 'fairplace monitor' was given with --state")
        memory = Memory(state)
        try:
            last = memory.last()
            if last is None:
                raise Missing(f"the monitor in {state} has seen no log yet; let it look once")
            trusted += Judging(memory, last.origin).register.all_log_keys()
            found += [comparing.against(memory, last, one, trusted) for one in given]
        finally:
            memory.close()
    found += comparing.among(given, trusted)
    now = int(time.time())
    for one in found:
        _say(one, now, as_json)
    if any(one.grave for one in found):
        return 1
    compared = [one for one in found if one.kind == "agrees"]
    return 0 if compared and len(compared) == len(given) else 3


def tell(memory: Memory, as_json: bool) -> None:
    """Say what was not said yet. What is said twice was said when somebody pulled the plug."""
    for number, at, finding in memory.untold():
        _say(finding, at, as_json)
        memory.told(number)


def _say(finding: Finding, at: int, as_json: bool) -> None:
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if as_json:
        line = {"kind": finding.kind, "at": moment, "grave": finding.grave, "sentence": finding.sentence}
        click.echo(msgspec.json.encode(line))
    else:
        click.echo(f"{moment}  {'FALSE  ' if finding.grave else ''}{_plain(finding.sentence)}")


def _plain(text: str) -> str:
    """Text of a log as it may stand on a terminal."""
    return "".join(one if one.isprintable() else "?" for one in text)


def _brought(keys: tuple[str, ...], policy: Path | None) -> Brought:
    trusted = [Vkey.parse(text) for text in keys]
    if policy is None:
        return Brought(trusted, None, [])
    text = _file(policy).decode("latin-1")  # its octets are opaque (tlog-policy)
    try:
        read = fairplace_verify.read_policy(text)
    except fairplace_verify.Unreadable as error:
        raise Malformed(f"{policy}: {error}") from error
    urls = {words[1]: words[3] for words in map(str.split, text.splitlines()) if words[:1] == ["witness"] and words[3:]}
    witnesses = [
        Witness(name, (Vkey.parse(key.vkey),), urls.get(name, ""), retired=False)
        for name, key in read.witnesses.items()
    ]
    return Brought([*trusted, *(Vkey.parse(key.vkey) for key in read.logs)], read, witnesses)


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES)
    except FileNotFoundError as error:
        raise Missing(f"there is no file {path}") from error
    except OSError as error:
        raise Malformed(f"{path} cannot be read: {error.strerror}") from error
