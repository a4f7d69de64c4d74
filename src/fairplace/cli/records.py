"""Recording, taking in and checking at the command line."""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click
import msgspec
from rich.console import Console

from fairplace import assess, shelf
from fairplace.catalogue import PLACEMENTS
from fairplace.clerk import Clerk, Done, Rehearsed
from fairplace.cli.keys import keyring, publish
from fairplace.counted import counted
from fairplace.decision import Command
from fairplace.errors import FairplaceError, Malformed, Missing
from fairplace.jsonl import lines, read_command
from fairplace.on_disk import Register
from fairplace.reading import Reader, View
from fairplace.reading_files import FolderReader
from fairplace.receipts import page, receipt
from fairplace.settings import FILE, Kind


def record_file(
    folder: Path, file: Path, who: str | None, told: Console, *, dry_run: bool = False, receipts: Path | None = None
) -> int:
    """Record line by line; the first refusal ends it with its own exit code, and says which line."""
    with Register.open(folder) as register, _opened(file) as stream:
        clerk = Clerk(register, keyring(folder).signer)
        done = 0
        code = 0
        recorded_at: list[int] = []
        for number, command in _commands(stream, register.settings.limits.command, who):
            try:
                if isinstance(command, FairplaceError):
                    raise command
                if dry_run:
                    _show(clerk.rehearse(command), number, told)
                    continue
                recorded = clerk.carry_out(command)
            except FairplaceError as error:
                told.print(f"fairplace: line {number}: {error}", style="bold", markup=False, soft_wrap=True)
                code = error.exit_code
                break
            click.echo(msgspec.json.encode(recorded.recorded))
            recorded_at.append(recorded.recorded.index)
            done += _new(recorded, told)
        if dry_run:
            told.print("Nothing was recorded: each line was rehearsed on the record as it stands now.")
            return code
        told.print(f"Recorded {counted(done, 'new entry', 'new entries')}.")
        show_public(register, told)
        if receipts is not None:
            _give_receipts(register, recorded_at, receipts, told)
    return code


def _give_receipts(register: Register, indexes: list[int], folder: Path, told: Console) -> None:
    """Write a proof and a page for each entry. The proof of a bid or a challenge opens it: it is for whoever lodged it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for index in indexes:
        for name, data in (
            (f"{index}.tlog-proof", receipt(register, index)),
            (f"{index}.txt", page(register, index).encode()),
        ):
            path = folder / name
            path.touch(mode=0o600)
            path.write_bytes(data)
    told.print(f"Wrote {counted(len(indexes), 'receipt')} to {folder}.", markup=False)


def show_public(register: Register, told: Console) -> None:
    """Publish and project what was recorded."""
    publish(register, told, register.follow)


def _commands(stream: BinaryIO, limit: int, who: str | None) -> Iterator[tuple[int, Command | FairplaceError]]:
    number = 0
    try:
        for number, line in lines(stream, limit):
            yield number, read_command(line, who=who)
    except Malformed as error:
        yield max(number, 1), error


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    """A file of commands; `-` is standard input."""
    if str(file) == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = file.open("rb")
    except FileNotFoundError as error:
        raise Missing(f"there is no file {file}; give a file of commands, one JSON object a line") from error
    except OSError as error:
        raise Malformed(f"{file} cannot be read: {error.strerror}; give a file of commands") from error
    with stream:
        yield stream


def _new(done: Done, told: Console) -> int:
    """How many entries are new; assessments are told, stdout has one line for each command."""
    new = [one for one in (done.recorded, *done.assessed) if not one.duplicate]
    for one in done.assessed:
        if not one.duplicate:
            told.print(f"assessed at entry {one.index}", style="dim")
    return len(new)


def _show(rehearsed: Rehearsed, number: int, told: Console) -> None:
    fixes = [
        {
            "rule": fix.rule.code,
            "outcome": fix.finding.outcome,
            "text": fix.finding.text,
            "evidence": list(fix.finding.evidence),
            "blocks": fix.blocks,
        }
        for fix in rehearsed.fixes
    ]
    line = {
        "type": rehearsed.type,
        "statement": rehearsed.statement,
        "actor": rehearsed.actor,
        "second": list(rehearsed.second),
        "fixes": fixes,
    }
    click.echo(msgspec.json.encode(line))
    told.print(f"line {number}: {assess.told(rehearsed.fixes)}", markup=False, soft_wrap=True)


def import_ocds(folder: Path, files: tuple[Path, ...], report: Path | None, told: Console) -> int:
    """Take in notices; 2 when a file could not be read at all: the others are taken all the same."""
    from fairplace.ocds import importing

    if report is not None and (report.is_dir() or not report.parent.is_dir()):
        raise Malformed(f"the report cannot be written to {report}; give a file in a folder that exists")
    with Register.open(folder) as register:
        with told.status("Taking in notices…"):
            found, unreadable = importing.import_files(register, files)
        if report is not None:
            report.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
        show_public(register, told)
    for sentence in unreadable:
        told.print(f"fairplace: {sentence}", style="bold", markup=False, soft_wrap=True)
    for line in found.lines():
        told.print(line, markup=False)
    if found.faults and report is None:
        told.print("'--report FILE' writes each fault, and where it stands, to a file.", markup=False)
    return 2 if unreadable else 0


def check_cases(
    folder: Path,
    *,
    case: str | None,
    rule: str | None,
    view: str | None,
    as_json: bool,
    strict: bool,
    told: Console,
) -> int:
    """Run the rules; counts are always told. 0 when nothing is not-met (with `strict`, nor cannot-tell)."""
    counts: Counter[str] = Counter()
    if (folder / FILE).is_file():
        with Register.open(folder) as register:
            shelved = register.policies
            chosen: View = "public" if view == "public" else "authority"
            _check(register.reader, shelved, chosen, case, rule, as_json, counts)
    else:
        published = _published(folder)
        if view == "authority":
            raise Malformed(f"{folder} has published files only; the authority's own view needs its register")
        if (published / "tile/0").is_dir() and not (published / "tile/entries").is_dir():
            raise Missing(
                f"{folder} shows hashes alone, as a register of placements does: its entries are kept within; whoever keeps"
                " them can put them before the rules"
            )
        reader = FolderReader(published)
        _check(reader, shelf.policies(kind=_kind(reader)), "public", case, rule, as_json, counts)
    told.print(", ".join(f"{counts[outcome]} {outcome}" for outcome in assess.OUTCOMES))
    return 1 if counts["not-met"] or (strict and counts["cannot-tell"]) else 0


def _kind(reader: FolderReader) -> Kind:
    """Which rules are asked of a log that is read from files: those on what stands in it."""
    kinds = (reader.entry(index).envelope.type for index in range(reader.size))
    return "placements" if any(kind in PLACEMENTS for kind in kinds) else "procurement"


def _published(folder: Path) -> Path:
    for published in (folder, folder / "public"):
        if (published / "checkpoint").is_file():
            return published
    raise Missing(f"{folder} is neither a register nor a folder of published files: no {FILE}, no checkpoint")


def _check(
    reader: Reader,
    shelved: list[shelf.Shelved],
    view: View,
    case: str | None,
    rule: str | None,
    as_json: bool,
    counts: Counter[str],
) -> None:
    rules = assess.rules(shelved, only=rule.upper() if rule else None)
    if rule is not None and not rules:
        known = ", ".join(one.rule.code for one in assess.rules(shelved))
        raise Missing(f"no rule has the code {rule}; there are {known}")
    cases = [case] if case is not None else reader.cases()
    for one in cases:
        judged = assess.judge(reader, one, rules, view=view)
        if judged is None:
            raise Missing(f"no case {one} is in this log, as far as this view shows")
        for line in assess.lines(judged):
            counts[line["outcome"]] += 1
            if as_json:
                click.echo(msgspec.json.encode(line))
            elif line["outcome"] in ("not-met", "concern"):
                click.echo(f"{one}  {line['rule']}  {line['outcome']}: {line['text']}")
