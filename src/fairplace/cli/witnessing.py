"""Being a witness at the command line: made, told whom to watch, served, and told of a loss."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec
import uvicorn
from rich.console import Console

from fairplace.cli.listening import check_address
from fairplace.counted import counted
from fairplace.errors import Malformed, Missing, Refused
from fairplace.ledger.note import ED25519, MLDSA44, Vkey, b64
from fairplace.witness import loss
from fairplace.witness.own import FILE, Own, create
from fairplace.witness.server import Server

MOST_BYTES = 4_000_000
"""Of a proof that is given."""


def make_witness(folder: Path, name: str, told: Console) -> int:
    before = (folder / FILE).is_file()
    own = create(folder, name)
    made = f"{own.name} stands in {folder} already" if before else f"Made the witness {own.name} in {folder}"
    told.print(f"{made}. Give the log's operators these public keys:", markup=False, soft_wrap=True)
    for vkey in own.vkeys:
        click.echo(vkey.text)
    told.print(
        f"Next: 'fairplace witness add {folder} VKEY…' with the keys of a log, then 'fairplace witness serve {folder}'.",
        markup=False,
        soft_wrap=True,
    )
    return 0


def add_logs(folder: Path, vkeys: tuple[str, ...], told: Console) -> int:
    own = Own(folder)
    keys = [Vkey.parse(text) for text in vkeys]
    for key in keys:
        if key.kind not in (ED25519, MLDSA44) or key.name == own.name:
            raise Refused(
                f"{key.name}, kind {key.kind:#04x}, is no key of a log; a log's keys are of kind 0x01 and 0x06"
            )
    for key in keys:
        new = own.state.trust(key, int(time.time()))
        told.print(f"{'Watching' if new else 'Already watching'} {key.name}, key id {key.key_id.hex()}.", markup=False)
    return 0


def list_logs(folder: Path, as_json: bool) -> int:
    own = Own(folder)
    for origin, keys in own.state.trusted().items():
        last, losses, evidence = own.state.latest(origin), own.state.losses(origin), own.state.evidence(origin)
        if as_json:
            line = {
                "origin": origin,
                "vkeys": [key.text for key in keys],
                "size": last.size,
                "root": b64(last.root),
                "signed_at": last.signed_at,
                "losses": [one.accepted_at for one in losses],
                "evidence": [pair.decode("utf-8") for pair in evidence],
            }
            click.echo(msgspec.json.encode(line))
            continue
        seen = (
            f"{counted(last.size, 'entry', 'entries')}, signed {_moment(last.signed_at)}" if last.size else "never seen"
        )
        click.echo(f"{origin}  {seen}")
        for one in losses:
            click.echo(f"  a loss was accepted {_moment(one.accepted_at)}: {loss.read(one.declaration).sentence}")
        if evidence:
            click.echo(
                f"  IT SHOWED TWO HISTORIES: {counted(len(evidence), 'pair of checkpoints is', 'pairs of checkpoints are')} kept; --json prints them"
            )
    return 0


def accept_loss(folder: Path, origin: str, file: Path, told: Console, *, yes: bool) -> int:
    own = Own(folder)
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES)
    except FileNotFoundError as error:
        raise Missing(f"there is no file {file}; give the .tlog-proof of the log's declaration") from error
    except OSError as error:
        raise Malformed(f"{file} cannot be read: {error.strerror}") from error
    declared = loss.judged(own, origin, data)
    told.print(f"{origin}: {declared.sentence}", markup=False, soft_wrap=True)
    told.print(
        f"This witness signed {own.state.latest(origin).size} entries. If you accept, it goes on from"
        f" {declared.event.kept.size}; what it signed before stays in its memory, and anybody may be shown it.",
        markup=False,
        soft_wrap=True,
    )
    if not yes and not click.confirm("Did you speak to them, and do you accept the loss?", err=True):
        raise Refused("nothing was accepted")
    loss.accept(own, origin, data, int(time.time()))
    told.print(
        f"Accepted. {own.name} goes on with {origin} from {declared.event.kept.size}.", markup=False, soft_wrap=True
    )
    return 0


def serve_witness(folder: Path, host: str, port: int, told: Console) -> int:
    own = Own(folder)
    watched = own.state.trusted()
    if not watched:
        told.print(f"No log is watched yet; 'fairplace witness add {folder} VKEY…' adds one at any time.", markup=False)
    check_address(host, port)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    config = uvicorn.Config(
        Server(own),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        limit_concurrency=100,
        timeout_keep_alive=30,
    )
    told.print(
        f"{own.name} watches {counted(len(watched), 'log')} at http://{host}:{port}/. Stop with Ctrl-C.", markup=False
    )
    uvicorn.Server(config).run()
    return 0


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="minutes").replace("+00:00", "Z")
