"""The commands of a monitor, as they are typed: `fairplace monitor URL`, and `fairplace monitor compare FILE…`."""

from __future__ import annotations

from pathlib import Path

import click

from fairplace.cli.console import told

PATH = click.Path(path_type=Path)


class Monitor(click.Group):
    """A first word that is no command is a log to be followed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = ["follow", *args]
        return super().parse_args(ctx, args)


@click.group(cls=Monitor, subcommand_metavar="URL|FOLDER [OPTIONS] | compare FILE… [OPTIONS]")
def monitor() -> None:
    """Follow a log from outside: is each state the last one grown, and does every new entry hold?"""


@monitor.command("follow", hidden=True)
@click.argument("log", metavar="URL|FOLDER")
@click.option("--state", metavar="DIR", type=PATH, required=True, help="Where the monitor remembers what it saw.")
@click.option(
    "--key", "keys", metavar="VKEY", multiple=True, help="A key of the log that you got elsewhere; repeatable."
)
@click.option("--policy", metavar="FILE", type=PATH, help="A tlog-policy file: logs and witnesses that you trust.")
@click.option("--every", metavar="SECONDS", type=click.IntRange(1, 86_400), default=60, show_default=True)
@click.option("--once", is_flag=True, help="Look once and stop; the exit code says what was found.")
@click.option(
    "--hashes-alone", is_flag=True, help="This log shows no entries by right: it is a register of placements."
)
@click.option("--json", "as_json", is_flag=True, help="One object a line on stdout.")
def follow(
    log: str,
    state: Path,
    keys: tuple[str, ...],
    policy: Path | None,
    every: int,
    once: bool,
    hashes_alone: bool,
    as_json: bool,
) -> int:
    """Follow the log at URL, or in FOLDER.

    Exit codes: 0 all holds · 1 something is false, or the log has two histories · 2 what is there is no log · 3 all
    holds, but you gave no key, or too few witnesses signed · 4 the log does not answer.
    """
    from fairplace.cli.monitoring import follow_log

    return follow_log(
        log, state, keys, policy, every=every, once=once, hashes_alone=hashes_alone, as_json=as_json, told=told
    )


@monitor.command("compare")
@click.argument("files", metavar="FILE…", type=PATH, nargs=-1, required=True)
@click.option("--state", metavar="DIR", type=PATH, help="What the monitor saw; without it only the files are compared.")
@click.option(
    "--key", "keys", metavar="VKEY", multiple=True, help="A key of the log that you got elsewhere; repeatable."
)
@click.option("--json", "as_json", is_flag=True, help="One object a line on stdout.")
def compare(files: tuple[Path, ...], state: Path | None, keys: tuple[str, ...], as_json: bool) -> int:
    """Hold checkpoints that came another way against what was seen: signed, in a proof, or typed from paper."""
    from fairplace.cli.monitoring import compare_files

    return compare_files(files, state, keys, as_json=as_json)
