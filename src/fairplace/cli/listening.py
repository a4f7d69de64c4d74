"""Where a process is to listen, tried before it begins: the pages of a register, or a witness."""

from __future__ import annotations

import socket

from fairplace.errors import Misconfigured


def check_address(host: str, port: int) -> None:
    """Refuse an address that cannot be served, before anything is built or said."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            pass
    except OSError as error:
        raise Misconfigured(
            f"{host}:{port} cannot be served: {error.strerror or error}; give another with --port or --host"
        ) from error
