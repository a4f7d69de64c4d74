"""Serving a register: pages, checkpoints and current rows from one process."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import structlog
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from fairplace.errors import Conflict, FairplaceError, Misconfigured, Refused
from fairplace.on_disk import Register

log = structlog.get_logger()


def build_demo(folder: Path, seed: int, told: Console) -> None:
    """Build the demo register of this seed in `folder`, unless it is there already."""
    from fairplace.synthesis import procurements

    if folder.exists() and any(folder.iterdir()):
        if procurements.seed_of(folder) != seed:
            raise Refused(
                f"{folder} is not empty and is no demo register of seed {seed}; give another folder or the same seed"
            )
        told.print(f"Using the demo register in {folder}.", markup=False)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=told, transient=True) as progress:
        task = progress.add_task("Building a demo register", total=None)
        built = procurements.build(
            folder, seed=seed, progress=lambda done, total: progress.update(task, completed=done, total=total)
        )
    told.print(
        f"Built a demo register in {folder}: {built.entries} entries, root {built.root}.", markup=False, soft_wrap=True
    )


@contextlib.contextmanager
def kept_current(register: Register) -> Iterator[None]:
    """Publish and project in the background while the block runs."""
    stop = threading.Event()

    def follow() -> None:
        while not stop.is_set():
            try:
                register.follow()
            except Conflict as error:
                # Another process holds the lock; it does the work, and we look again.
                log.info("waiting", reason=str(error))
            except FairplaceError:
                log.exception("publishing stopped")
                stop.wait(30)
            stop.wait(register.settings.publish.every)

    thread = threading.Thread(target=follow, name="follow", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)


def check_address(host: str, port: int) -> None:
    """Refuse an address that cannot be served, before anything is built or said."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            pass
    except OSError as error:
        raise Misconfigured(
            f"{host}:{port} cannot be served: {error.strerror or error}; give another with --port or --host"
        ) from error


def serve_register(folder: Path, host: str, port: int, told: Console) -> int:
    from fairplace.http.app import create_app

    log_plainly()
    check_address(host, port)
    with Register.open(folder) as register:
        with told.status("Bringing the pages up to date…"):
            register.follow()
        config = uvicorn.Config(create_app(register), host=host, port=port, log_level="warning", server_header=False)
        server = uvicorn.Server(config)
        told.print(f"Serving {register.settings.authority}. Point your browser at:", markup=False)
        told.print(f"    http://{'localhost' if host in ('127.0.0.1', '::1', '0.0.0.0') else host}:{port}/")  # noqa: S104 - compares
        told.print("Stop with Ctrl-C.")
        with kept_current(register):
            server.run()
    return 0


def log_plainly() -> None:
    """Where something went wrong, and never with which values: sealed texts must not stand in the operator's log."""
    *before, _ = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*before, plain])
