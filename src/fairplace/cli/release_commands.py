"""The commands that publish numbers about placements."""

from __future__ import annotations

from pathlib import Path

import click

from fairplace.cli.console import told

FOLDER = click.Path(path_type=Path)


@click.group()
def release() -> None:
    """Publish numbers about placements, in which no child can be found."""


PLAN = click.option("--plan", default="decisions", show_default=True, help="What is counted.")


@release.command("make")
@click.argument("folder", metavar="DIR", type=FOLDER)
@PLAN
@click.option("--until", metavar="DAY", help="The last day that is counted; the end of the last quarter unless given.")
@click.option("--as", "who", help="The officer's or monitoring officer's key that signs first.")
@click.option("--second", help="Another person's key, an approver's or monitoring officer's: who looked at it too.")
@click.option(
    "--fees-because", "test", metavar="WORDS", help="Publish medians of fees too: your test of the public interest."
)
@click.option("--without", multiple=True, metavar="TABLE", help="A table to leave out this time; may come again.")
@click.option(
    "--replaces", type=click.IntRange(1), metavar="NUMBER", help="The withdrawn release that is counted anew."
)
@click.option("--dry-run", is_flag=True, help="Print the release and record nothing.")
def release_make(
    folder: Path,
    plan: str,
    until: str | None,
    who: str | None,
    second: str | None,
    test: str | None,
    without: tuple[str, ...],
    replaces: int | None,
    dry_run: bool,
) -> int:
    """Count what was decided, hide what could tell of a child, attack it, and publish what withstands."""
    from fairplace.cli.releases import make_release

    return make_release(
        folder,
        plan,
        until,
        who,
        second,
        told,
        public_interest_test=test,
        without=without,
        replaces=replaces,
        dry_run=dry_run,
    )


@release.command("withdraw")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("number", metavar="NUMBER", type=click.IntRange(1))
@PLAN
@click.option("--why", required=True, help="In words; published for ever, so nothing of a child.")
@click.option("--as", "who", required=True, help="The key of the officer, approver or monitoring officer who signs.")
def release_withdraw(folder: Path, number: int, plan: str, why: str, who: str) -> int:
    """Take a release back; a note that it was there stays."""
    from fairplace.cli.releases import withdraw_release

    return withdraw_release(folder, plan, number, why, who, told)


@release.command("folder")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("out", metavar="OUT", type=FOLDER)
def release_folder(folder: Path, out: Path) -> int:
    """Write all releases into a folder for any web server: pages, data, proofs and a feed, without a script."""
    from fairplace.cli.releases import write_folder

    return write_folder(folder, out, told)


@release.command("list")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--json", "as_json", is_flag=True)
def release_list(folder: Path, as_json: bool) -> int:
    """All releases, with their digests and entries."""
    from fairplace.cli.releases import list_releases

    return list_releases(folder, as_json=as_json)
