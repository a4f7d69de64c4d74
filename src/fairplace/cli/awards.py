"""Taking in a contracts register at the command line."""

from __future__ import annotations

import getpass
from pathlib import Path

from rich.console import Console

from fairplace.awards import taking
from fairplace.awards.columns import read_mapping
from fairplace.cli.records import show_public
from fairplace.errors import Malformed, Missing
from fairplace.on_disk import Register


def import_csv(
    folder: Path,
    files: tuple[Path, ...],
    *,
    columns: Path | None,
    published: bool,
    care_read: bool,
    dry_run: bool,
    report: Path | None,
    told: Console,
) -> int:
    """Take in registers; 2 when a file could not be read at all: the others are taken all the same."""
    if report is not None and (report.is_dir() or not report.parent.is_dir()):
        raise Malformed(f"the report cannot be written to {report}; give a file in a folder that exists")
    mapping = None
    if columns is not None:
        if not columns.is_file():
            raise Missing(f"there is no file {columns}")
        mapping = read_mapping(columns.read_bytes())
    with Register.open(folder) as register:
        with told.status("Taking in awards…"):
            by = f"{_user()}, at the command line"
            found, unreadable = taking.import_files(
                register,
                files,
                columns=mapping,
                published=published,
                care_read=care_read,
                by=by,
                rehearse=dry_run,
            )
        if report is not None:
            report.write_bytes(found.faults_as_csv() if report.suffix.lower() == ".csv" else found.as_json())
        if not dry_run:
            show_public(register, told)
    for sentence in unreadable:
        told.print(f"fairplace: {sentence}", style="bold", markup=False, soft_wrap=True)
    for line in found.lines():
        told.print(line, markup=False, soft_wrap=True)
    if dry_run:
        for line in found.lines_to_read():
            told.print(line, markup=False, soft_wrap=True)
        told.print("Nothing was recorded.")
    if found.faults and report is None:
        told.print("'--report FILE' writes each fault, with its row and column, to a file.", markup=False)
    return 2 if unreadable else 0


def _user() -> str:
    """Who sits at this machine, where it knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in a container
        return "somebody"
