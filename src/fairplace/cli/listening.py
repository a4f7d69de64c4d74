"""Where a process is to listen, tried before it begins: the pages of a register, or a witness."""

from __future__ import annotations

import socket

from fairplace.errors import Misconfigured


def check_address(host: str, port: int) -> None:
    """Refuse an address that cannot be served, before anything is built or said."""
    listening(host, port).close()


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there; at port 0, at whichever is free. Raises Misconfigured when it cannot."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise Misconfigured(
            f"{host}:{port} cannot be served: {error.strerror or error}; give another with --port or --host"
        ) from error
