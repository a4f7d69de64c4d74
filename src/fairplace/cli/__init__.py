"""One command line: what scripts and people ask of a register.

Exit codes: 0 done or all true · 1 refused, not-met, false · 2 unreadable or wrong usage · 3 true, but keys not
independently trusted · 4 conflict or busy · 5 misconfigured. Errors are one sentence on stderr; `--json` prints one
object a line on stdout and nothing else.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

import fairplace
from fairplace.cli.console import told
from fairplace.cli.custody_commands import erase, hold, open_, reads
from fairplace.cli.key_commands import key
from fairplace.cli.measure_commands import measure
from fairplace.cli.monitor_commands import monitor
from fairplace.cli.people_commands import people
from fairplace.cli.release_commands import release
from fairplace.cli.request_commands import request
from fairplace.cli.signer_commands import signer
from fairplace.cli.synthesise_commands import synthesise
from fairplace.cli.timestamp_commands import timestamp
from fairplace.cli.witness_commands import witness
from fairplace.errors import FairplaceError
from fairplace.settings import Kind

FOLDER = click.Path(path_type=Path)
FILE = click.Path(path_type=Path)
REASONS = ("disk", "restored", "mistake", "attack", "other")
"""Why something is lost, as it is published."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code says how it went."""
    try:
        result = cli.main(args=None if arguments is None else list(arguments), standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.Abort:
        told.print("stopped", style="bold")
        return 1
    except click.ClickException as error:
        error.show()
        return 2
    except FairplaceError as error:
        return _ended(str(error), error.exit_code)
    except BrokenPipeError:
        # The reader of our output went away; Python would complain again when it flushes on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _ended(f"{error.filename or 'a file'}: {error.strerror or error}; put that right and run it again", 5)
    except sqlite3.Error as error:
        return _ended(f"the database cannot be used: {error}; 'fairplace doctor' looks it over", 5)
    except MemoryError:
        return _ended("there is not enough memory for this; give smaller files, or run it on a larger machine", 5)
    except Exception as error:  # noqa: BLE001 - the last door: nobody who runs a command is shown a stack
        return _ended(f"this is a fault of fairplace; please report it: {_where(error)}", 5)
    return result if isinstance(result, int) else 0


def _ended(sentence: str, code: int) -> int:
    # What somebody gave is repeated; no sign of it may steer a terminal.
    plain = "".join(
        one if one.isprintable() or one == "\n" else one.encode("unicode_escape").decode() for one in sentence
    )
    told.print(f"fairplace: {plain}", style="bold", markup=False, soft_wrap=True)
    return code


def _where(error: Exception) -> str:
    """What went wrong and in which line of which file, in one sentence."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    said = " ".join(str(error).split())[:300]
    return f"{type(error).__name__} in {Path(at.filename).name}, line {at.lineno}: {said}"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(fairplace.__version__, prog_name="fairplace")
def cli() -> None:
    """Record commissioning decisions so that a stranger can verify them."""


@cli.command()
@click.argument("folder", metavar="[DIR]", type=FOLDER, default=Path("demo-register"))
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--seed", type=int, default=2026, show_default=True, help="The same seed gives the same entries and root."
)
@click.option("--no-serve", is_flag=True, help="Build the register and stop.")
def demo(folder: Path, port: int, host: str, seed: int, no_serve: bool) -> int:
    """Build a realistic register in DIR, and one of placements in DIR-homes; serve both, the second at the next port.

    What is there of the same seed is used again.
    """
    from fairplace.cli.demonstrating import show_demo

    return show_demo(folder, seed, host, port, told, serve=not no_serve)


@cli.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--authority", required=True, help="The name that stands on every page.")
@click.option(
    "--origin", required=True, help="The log's address without https://, as log.council.example/commissioning."
)
@click.option(
    "--signer", "where", default="", metavar="unix:PATH", help="A signer that holds the log's keys elsewhere."
)
@click.option(
    "--continues",
    "earlier",
    metavar="DIR|FILE",
    type=FOLDER,
    help="An earlier log that this one goes on from: its register, its published files, or a checkpoint of it.",
)
@click.option(
    "--kind",
    type=click.Choice(["procurement", "placements"]),
    default="procurement",
    show_default=True,
    help="What it is of. Of placements no entry is ever published.",
)
def init(folder: Path, authority: str, origin: str, where: str, earlier: Path | None, kind: Kind) -> int:
    """Make a new register in DIR, and its root key in your own key folder."""
    from fairplace.cli.registers import make_register

    return make_register(folder, authority, origin, told, signer=where, earlier=earlier, kind=kind)


@cli.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
def serve(folder: Path, host: str, port: int) -> int:
    """Serve the public pages of the register in DIR, publish its checkpoints and keep its pages current."""
    from fairplace.cli.serving import serve_register

    return serve_register(folder, host, port, told)


@cli.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("file", metavar="FILE.jsonl", type=FILE)
@click.option("--as", "who", help="The name of the key that acts, where a line has no 'as'.")
@click.option("--dry-run", is_flag=True, help="Say what would be signed and what the rules say of it; record nothing.")
@click.option(
    "--receipts",
    metavar="FOLDER",
    type=FOLDER,
    help="Write a proof and a page for each line, INDEX.tlog-proof and INDEX.txt, there.",
)
def record(folder: Path, file: Path, who: str | None, dry_run: bool, receipts: Path | None) -> int:
    """Record commands, one JSON object a line; stops at the first refusal, and a re-run continues."""
    from fairplace.cli.records import record_file

    return record_file(folder, file, who, told, dry_run=dry_run, receipts=receipts)


@cli.command(name="mark-secrets")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("file", metavar="FILE", type=FILE)
@click.option("--case", required=True, help="The case that the bid is for.")
@click.option("--provider", required=True, metavar="ID", help="Whose bid it is, such as GB-COH-01234567.")
def mark_secrets_(folder: Path, file: Path, case: str, provider: str) -> int:
    """Keep which parts of a bid are marked as a trade secret: a line for each, its name, a colon, the reason."""
    from fairplace.cli.marking import mark_secrets

    return mark_secrets(folder, case, provider, file, told)


@cli.group(name="import")
def take_in() -> None:
    """Take in notices published elsewhere, and awards of a contracts register."""


@take_in.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("files", metavar="FILE…", type=FILE, nargs=-1, required=True)
@click.option("--report", type=FILE, help="Write what was found, and every fault, to this file as JSON.")
def ocds(folder: Path, files: tuple[Path, ...], report: Path | None) -> int:
    """Take in OCDS 1.0 or 1.1 release and record packages; the same file twice adds nothing."""
    from fairplace.cli.records import import_ocds

    return import_ocds(folder, files, report, told)


@take_in.command(name="csv")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("files", metavar="FILE…", type=FILE, nargs=-1, required=True)
@click.option("--columns", metavar="MAPPING.json", type=FILE, help="Which column is what; without it, it is guessed.")
@click.option("--published", is_flag=True, help="Say that every row of these files is published already.")
@click.option("--care-read", is_flag=True, help="Say that you read the awards of care: none tells who a child is.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken in and kept back; record nothing.")
@click.option("--report", type=FILE, help="Write every fault to this file: as CSV if it ends with .csv, else as JSON.")
def csv_(
    folder: Path,
    files: tuple[Path, ...],
    columns: Path | None,
    published: bool,
    care_read: bool,
    dry_run: bool,
    report: Path | None,
) -> int:
    """Take in the awards of a contracts register, as .csv or .xlsx; the same rows twice add nothing."""
    from fairplace.cli.awards import import_csv

    return import_csv(
        folder,
        files,
        columns=columns,
        published=published,
        care_read=care_read,
        dry_run=dry_run,
        report=report,
        told=told,
    )


@cli.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--case", help="Only this case.")
@click.option("--rule", help="Only this rule, by its code.")
@click.option("--view", type=click.Choice(["authority", "public"]), help="Which facts the rules may see.")
@click.option("--json", "as_json", is_flag=True, help="One object a line on stdout.")
@click.option("--strict", is_flag=True, help="Fail on cannot-tell too.")
def check(folder: Path, case: str | None, rule: str | None, view: str | None, as_json: bool, strict: bool) -> int:
    """Run the rules over a register, or over a folder of published files (public facts only)."""
    from fairplace.cli.records import check_cases

    return check_cases(folder, case=case, rule=rule, view=view, as_json=as_json, strict=strict, told=told)


@cli.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def verify(arguments: tuple[str, ...]) -> int:
    """Verify a register, a folder of published files or a proof: signatures, chains, tree, checkpoints."""
    import fairplace_verify

    return fairplace_verify.main(list(arguments))


@cli.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("projections", metavar="[PROJECTION]…", nargs=-1)
def rebuild(folder: Path, projections: tuple[str, ...]) -> int:
    """Build the pages' rows again from nothing."""
    from fairplace.cli.registers import rebuild_rows

    return rebuild_rows(folder, projections, told)


@cli.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("what", metavar="WHAT", type=click.Choice(["bundle", "ssda903", "young-person"]))
@click.argument("case", metavar="[CASE]", default="")
@click.option(
    "--edition",
    type=click.Choice(["bidder", "court", "provider", "public", "ring"]),
    help="Of a bundle: what it opens, and so for whom it is.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["plain", "large_print", "braille", "symbols"]),
    default="plain",
    show_default=True,
    help="Of the decision for a young person.",
)
@click.option(
    "--year", type=click.IntRange(2000, 2199), help="Of ssda903: the collection year, by the year in which it ends."
)
@click.option(
    "--postcodes",
    metavar="FILE.csv",
    type=FILE,
    help="Of ssda903: CHILD, DECOM, HOME_POST and PL_POST from your case system; they go into the file alone.",
)
@click.option(
    "--for",
    "provider",
    metavar="PROVIDER",
    help="Whose bid a bidder's edition is about, or who was asked for a home, by the provider's id.",
)
@click.option("--as", "who", metavar="NAME", help="The key of whoever takes an edition that is not public.")
@click.option("--purpose", help="What for, as court or information-request.")
@click.option("--out", metavar="FILE", type=FILE, help="The file to write; CASE-EDITION.fpbundle unless given.")
@click.option(
    "--receipt",
    "receipts",
    metavar="FILE",
    type=FILE,
    multiple=True,
    help="Tie this receipt to the bundle; repeatable.",
)
@click.option("--without-documents", is_flag=True, help="Leave documents out, and say so.")
@click.option("--no-pdf", is_flag=True, help="Leave record.pdf out; record.html prints too.")
def export(
    folder: Path, what: str, case: str, who: str | None, purpose: str | None, out: Path | None, **more: Any
) -> int:
    """Take out of the register: a case as one file of evidence (bundle), the episodes of a year (ssda903), or a decision
    for the young person whom it is about (young-person).
    """
    from fairplace.cli.exporting import export_bundle, export_inside
    from fairplace.publish.bundle import Wish

    if what != "bundle":
        return export_inside(folder, what, case, who, purpose, out, told, **more)
    wish = Wish(
        case=case,
        edition=more["edition"],
        provider=more["provider"],
        without_documents=more["without_documents"],
        pdf=not more["no_pdf"],
    )
    return export_bundle(folder, wish, who, purpose, more["receipts"], out, told)


@cli.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("out", metavar="OUT", type=FOLDER)
@click.option("--with-entries", is_flag=True, help="Of placements: with the entries, for those within who check them.")
def publish(folder: Path, out: Path, with_entries: bool) -> int:
    """Bring the published files up to date and copy them to OUT, for any web server."""
    from fairplace.cli.registers import publish_files

    return publish_files(folder, out, told, with_entries=with_entries)


@cli.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("what", type=click.Choice(["records", "keys"]))
@click.argument("out", metavar="OUT", type=FOLDER)
def backup(folder: Path, what: str, out: Path) -> int:
    """Back up the records, or the keys, into a new folder below OUT: apart, because together they open everything."""
    from fairplace.cli.custody import back_up

    return back_up(folder, what, out, told)


@cli.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
def doctor(folder: Path) -> int:
    """Look a register over: settings, keys, database, published files, pages; says what to do."""
    from fairplace.cli.doctor import look_over

    return look_over(folder, told)


@cli.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--from", "source", metavar="FOLDER|ZIP|URL", help="A copy of the published files.")
@click.option("--declare-loss", "declare", is_flag=True, help="Write into the record that what is missing is lost.")
@click.option("--reason", type=click.Choice(REASONS), help="Why, as it is published.")
@click.option("--as", "who", help="The root key that signs; your register's root key unless given.")
def recover(folder: Path, source: str | None, declare: bool, reason: str | None, who: str | None) -> int:
    """Bring back what a register lacks after an old copy was put back, or declare it lost."""
    from fairplace.cli.recovery import recover_register

    if declare != (reason is not None):
        raise click.UsageError("--declare-loss and --reason go together")
    return recover_register(folder, source, told, reason=reason, who=who)


@cli.command()
@click.argument("what", type=click.Choice(["store", "ledger", "rules", "rows", "homes"]), default="store")
@click.option("--entries", type=click.IntRange(100, 1_000_000), default=5_000, show_default=True)
def bench(what: str, entries: int) -> int:
    """Measure a part beside its bound or a rival, in the same run."""
    from fairplace import bench as parts

    return parts.measure(what, entries, _line)


@cli.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
def checkpoint(folder: Path) -> int:
    """Print the newest checkpoint: five lines for paper, then the signed note."""
    from fairplace.cli.registers import print_checkpoint

    return print_checkpoint(folder, told)


cli.add_command(key)
cli.add_command(people)
cli.add_command(timestamp)
for _command in (open_, reads, erase, hold):
    cli.add_command(_command)
cli.add_command(signer)
cli.add_command(witness)
cli.add_command(monitor)
cli.add_command(synthesise)
cli.add_command(release)
cli.add_command(request)
cli.add_command(measure)


def _line(*values: Any) -> None:
    click.echo(" ".join(str(value) for value in values))
