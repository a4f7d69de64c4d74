"""Recording, taking in and checking at the command line."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
from rich.console import Console

from fairplace import assess, shelf
from fairplace.cli.keys import keyring
from fairplace.errors import FairplaceError, Malformed, Missing
from fairplace.on_disk import Register
from fairplace.reading import FolderReader, Reader, View
from fairplace.recording import Recorder, read_command
from fairplace.settings import FILE


def record_file(folder: Path, file: Path, who: str | None, told: Console) -> int:
    """Record line by line; the first refusal ends it with its own exit code, and says which line."""
    with Register.open(folder) as register:
        recorder = Recorder(register, keyring(folder).signer)
        done = 0
        try:
            for number, line in _lines(file, register.settings.limits.command):
                try:
                    appended = recorder.record(read_command(line, who=who))
                except FairplaceError as error:
                    told.print(f"fairplace: line {number}: {error}", style="bold", markup=False, soft_wrap=True)
                    return error.exit_code
                click.echo(msgspec.json.encode(appended))
                done += not appended.duplicate
        finally:
            register.follow()
            told.print(f"Recorded {done} new {'entry' if done == 1 else 'entries'}.")
    return 0


def _lines(file: Path, limit: int) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something; one past the limit is refused before it is read whole."""
    try:
        with file.open("rb") as stream:
            for number in itertools.count(1):
                line = stream.readline(limit + 1)
                if not line:
                    return
                if len(line) > limit:
                    raise Malformed(f"line {number} of {file} has more than {limit} bytes; a command is smaller")
                if line.strip():
                    yield number, line
    except FileNotFoundError as error:
        raise Missing(f"there is no file {file}") from error
    except OSError as error:
        raise Malformed(f"{file} cannot be read: {error}") from error


def import_ocds(folder: Path, files: tuple[Path, ...], report: Path | None, told: Console) -> int:
    """Take in notices; 2 when a file could not be read at all: the others are taken all the same."""
    from fairplace.ocds import importing

    if report is not None and (report.is_dir() or not report.parent.is_dir()):
        raise Malformed(f"the report cannot be written to {report}; give a file in a folder that exists")
    with Register.open(folder) as register:
        with told.status("Taking in notices…"):
            found, unreadable = importing.import_files(register, files)
            register.follow()
        if report is not None:
            try:
                report.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
            except OSError as error:
                raise Malformed(f"the report cannot be written to {report}: {error.strerror}") from error
    for sentence in unreadable:
        told.print(f"fairplace: {sentence}", style="bold", markup=False, soft_wrap=True)
    for line in found.lines():
        told.print(line, markup=False)
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
            shelved = shelf.policies(register.own_policies)
            chosen: View = "public" if view == "public" else "authority"
            _check(register.reader, shelved, chosen, case, rule, as_json, counts)
    else:
        if view == "authority":
            raise Malformed(f"{folder} has published files only; the authority's own view needs its register")
        _check(FolderReader(_published(folder)), shelf.policies(), "public", case, rule, as_json, counts)
    told.print(", ".join(f"{counts[outcome]} {outcome}" for outcome in assess.OUTCOMES))
    return 1 if counts["not-met"] or (strict and counts["cannot-tell"]) else 0


def _published(folder: Path) -> Path:
    return folder if (folder / "checkpoint").is_file() else folder / "public"


def _check(
    reader: Reader,
    shelved: list[shelf.Shelved],
    view: View,
    case: str | None,
    rule: str | None,
    as_json: bool,
    counts: Counter[str],
) -> None:
    rules = assess.rules(shelved, only=rule)
    if rule is not None and not rules:
        raise Missing(f"no rule has the code {rule}")
    cases = [case] if case is not None else reader.cases()
    for one in cases:
        judged = assess.judge(reader, one, rules, view=view)
        if judged is None:
            raise Missing(f"no case {one} is in this log")
        for line in assess.lines(judged):
            counts[line["outcome"]] += 1
            if as_json:
                click.echo(msgspec.json.encode(line))
            elif line["outcome"] in ("not-met", "concern"):
                click.echo(f"{one}  {line['rule']}  {line['outcome']}: {line['text']}")
