"""Timestamps at the command line: a query goes out as a file, an answer comes in as one."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from fairplace import stamping
from fairplace.cli.records import show_public
from fairplace.counted import counted
from fairplace.errors import Malformed, Missing
from fairplace.on_disk import Register


def request_timestamp(folder: Path, query: Path, told: Console) -> int:
    if query.is_dir() or not query.absolute().parent.is_dir():
        raise Malformed(f"the query cannot be written to {query}; give a file in a folder that exists")
    with Register.open(folder) as register:
        size, data = stamping.ask(register)
    query.write_bytes(data)
    told.print(
        f"{query} asks about the checkpoint of {counted(size, 'entry', 'entries')}.", markup=False, soft_wrap=True
    )
    told.print(
        "Send it to a time-stamping authority (HTTP POST, type application/timestamp-query), and give its answer to"
        " 'fairplace timestamp add'.",
        markup=False,
        soft_wrap=True,
    )
    return 0


def add_timestamp(folder: Path, answer: Path, authority: Path, chain: Path | None, told: Console) -> int:
    try:
        data = answer.read_bytes()
    except FileNotFoundError as error:
        raise Missing(f"there is no file {answer}; give the authority's answer") from error
    except OSError as error:
        raise Malformed(f"{answer} cannot be read: {error.strerror}; give the authority's answer") from error
    with Register.open(folder) as register:
        size, new = stamping.add(register, data, authority, chain)
        if new:
            told.print(
                f"The checkpoint of {counted(size, 'entry', 'entries')} has its timestamp, timestamp/{size}.tsr.",
                markup=False,
            )
        else:
            told.print(
                f"The checkpoint of {counted(size, 'entry', 'entries')} had a timestamp already; the first was kept.",
                markup=False,
            )
        show_public(register, told)
    return 0
