"""Serving a register: pages, checkpoints and current rows from one process."""

from __future__ import annotations

import contextlib
import math
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import structlog
import uvicorn
from rich.console import Console

from fairplace.cli.beside import beside
from fairplace.cli.listening import check_address, listening
from fairplace.cli.posting import kept_sending
from fairplace.covering import CoverRounds
from fairplace.demo import personas
from fairplace.errors import Conflict, FairplaceError, Misconfigured
from fairplace.on_disk import Register

log = structlog.get_logger()

UNCOSIGNED = 600
"""Seconds for which a state may wait for its witnesses before the operator is told."""

LONGEST_TURN = 60
"""Seconds within which a cover round may come once, however seldom checkpoints are published."""


@contextlib.contextmanager
def kept_current(register: Register) -> Iterator[None]:
    """Publish, project and write cover rounds in the background while the block runs."""
    alarm = Uncosigned(register)

    def follow(stop: threading.Event) -> None:
        cover = None if register.is_of_placements else _Covering(register, stop)
        while not stop.is_set():
            try:
                register.follow()
                alarm.look()
            except Conflict as error:
                # Another process holds the lock; it does the work, and we look again.
                log.info("waiting", reason=str(error))
            except Misconfigured as error:  # a signer that is away, say; its sentence is all that an operator needs
                log.warning("publishing stopped", reason=str(error))
                stop.wait(30)
            except (FairplaceError, OSError, sqlite3.Error):
                log.exception("publishing stopped")  # and is tried again: a full disk is emptied some day
                stop.wait(30)
            if cover is None:
                stop.wait(register.settings.publish.every)
            else:
                cover.during(register.settings.publish.every)

    with beside("follow", follow):
        yield


class Uncosigned:
    """Says so when the newest state has waited for its witnesses for ten minutes, and again every hour."""

    def __init__(self, register: Register, clock: Callable[[], float] = time.monotonic) -> None:
        self._register = register
        self._clock = clock
        self._since: float | None = None
        self._told = False
        self._next = 0.0

    def look(self) -> None:
        newest = self._register.store.last_checkpoint(self._register.origin)
        if newest is None or (standing := self._register.cosigned(newest.note)).met:
            if self._told:
                log.info("cosigned again", size=newest.size if newest else 0)
            self._since, self._told = None, False
            return
        now = self._clock()
        if self._since is None:
            self._since, self._next = now, now + UNCOSIGNED
        if now >= self._next:
            self._next, self._told = now + 3600, True
            log.warning(
                "not cosigned",
                minutes=int(now - self._since) // 60,
                standing=standing.sentence,
                said=dict(self._register.collector.trouble),
            )


class _Covering:
    """Cover rounds between two publications. Whatever hinders them hinders nothing else."""

    def __init__(self, register: Register, stop: threading.Event) -> None:
        self._rounds = CoverRounds(register)
        self._entropy = register.sources.entropy
        self._stop = stop
        self._last = time.monotonic()
        self._rests_until = 0.0

    def during(self, seconds: float) -> None:
        """Let so much time pass, or less when it is time to stop."""
        turns = math.ceil(seconds / LONGEST_TURN)
        for _ in range(turns):
            # At any moment of the turn: rounds that came in step with the publisher would be known by it.
            early = seconds / turns * int.from_bytes(self._entropy(4)) / 2**32
            self._stop.wait(early)
            if self._stop.is_set():
                return
            self._tick()
            self._stop.wait(seconds / turns - early)

    def _tick(self) -> None:
        now = time.monotonic()
        passed, self._last = now - self._last, now
        if now < self._rests_until:
            return
        try:
            self._rounds.tick(passed)
        except Conflict as error:
            log.info("no cover round", reason=str(error))
        except Exception:  # publishing goes on whatever is wrong here, and the log says what
            log.exception("cover rounds failed")
            self._rests_until = now + 30


def serve_register(folder: Path, host: str, port: int, told: Console) -> int:
    return serve_registers([Place(folder, host, port)], told)


class Place(NamedTuple):
    """A register and where it is served."""

    folder: Path
    host: str
    port: int


class Ready(NamedTuple):
    """A server, and the socket at which it listens."""

    server: uvicorn.Server
    here: socket.socket

    def run(self) -> None:
        self.server.run(sockets=[self.here])


def serve_registers(places: Sequence[Place], told: Console) -> int:
    """Serve each at its place, from one process, until somebody stops the first."""
    log_plainly()
    for place in places:
        check_address(place.host, place.port)
    with contextlib.ExitStack() as stack:
        first, *others = [stack.enter_context(_ready(place, told)) for place in places]
        told.print("Stop with Ctrl-C.")
        for other in others:
            stack.enter_context(_beside(other))
        first.run()
    return 0


@contextlib.contextmanager
def _ready(place: Place, told: Console) -> Iterator[Ready]:
    """A server that has only to be run; what belongs to it goes on in the background while the block runs."""
    from fairplace.http.app import create_app

    folder, host, _ = place
    # It listens from now on: at port 0 nobody knows which it will be, and whoever signs in must come from there.
    with Register.open(folder) as register, contextlib.closing(listening(host, place.port)) as here:
        port = here.getsockname()[1]
        with told.status("Bringing the pages up to date…"):
            register.follow()
        app = create_app(register, address=f"http://{_shown(host)}:{port}")
        config = uvicorn.Config(app, host=host, port=port, log_level="warning", server_header=False)
        _say(register, host, port, told)
        with kept_current(register), kept_sending(register):
            yield Ready(uvicorn.Server(config), here)


@contextlib.contextmanager
def _beside(ready: Ready) -> Iterator[None]:
    """Run it in a thread of its own while the block runs: signals go to the first server alone."""
    thread = threading.Thread(target=ready.run, name="beside", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ready.server.should_exit = True
        thread.join(timeout=10)


def _say(register: Register, host: str, port: int, told: Console) -> None:
    """Where it is, and in a demo whom one can be there."""
    site = _address(register, host, port)
    told.print(f"Serving {register.settings.authority}. Point your browser at:", markup=False)
    told.print(f"    {site}/")
    people = personas(register.folder, register.domain)
    for one in people:
        told.print(f"    {one.name}, {one.called}: {site}/demo#{one.person}", markup=False, soft_wrap=True)
    if people and register.is_of_placements:
        told.print(f"    A reader of the numbers: {site}/homes", markup=False, soft_wrap=True)


def _address(register: Register, host: str, port: int) -> str:
    return register.settings.site or f"http://{_shown(host)}:{port}"


def _shown(host: str) -> str:
    """The host as a browser on this machine writes it: a passkey needs a name, not a number."""
    return "localhost" if host in ("127.0.0.1", "::1", "0.0.0.0") else host  # noqa: S104 - compares


def log_plainly() -> None:
    """Where something went wrong, and never with which values: sealed texts must not stand in the operator's log."""
    *before, _ = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*before, plain])
