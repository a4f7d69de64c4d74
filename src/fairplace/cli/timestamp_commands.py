"""The commands about timestamps, as they are typed."""

from __future__ import annotations

from pathlib import Path

import click

from fairplace.cli.console import told

PATH = click.Path(path_type=Path)


@click.group()
def timestamp() -> None:
    """Have a time-stamping authority confirm when the newest checkpoint was there; needs openssl."""


@timestamp.command("request")
@click.argument("folder", metavar="DIR", type=PATH)
@click.argument("query", metavar="QUERY.tsq", type=PATH)
def timestamp_request(folder: Path, query: Path) -> int:
    """Write a query (RFC 3161) about the newest checkpoint to QUERY.tsq, to be sent to an authority."""
    from fairplace.cli.timestamping import request_timestamp

    return request_timestamp(folder, query, told)


@timestamp.command("add")
@click.argument("folder", metavar="DIR", type=PATH)
@click.argument("answer", metavar="ANSWER.tsr", type=PATH)
@click.option("--ca", "authority", type=PATH, required=True, help="The certificate that you trust, as PEM.")
@click.option("--chain", type=PATH, help="Certificates between that one and the one that signs, as PEM.")
def timestamp_add(folder: Path, answer: Path, authority: Path, chain: Path | None) -> int:
    """Check the authority's answer and publish it beside its checkpoint."""
    from fairplace.cli.timestamping import add_timestamp

    return add_timestamp(folder, answer, authority, chain, told)
