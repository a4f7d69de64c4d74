"""A real mail server in the process of a test: it keeps what it gets, and answers as the test says."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Kept:
    """What the server got, and what it answers."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.to: list[str] = []
        self.secured: list[bool] = []
        self.users: list[str] = []
        self.answers: dict[str, str] = {}
        """An answer by the stage of the conversation: RCPT, DATA."""
        self.arrived = threading.Event()

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802 - as above
        if "DATA" in self.answers:
            return self.answers["DATA"]
        content = envelope.content
        assert isinstance(content, bytes)
        self.messages.append(message_from_bytes(content, policy=policy.default))
        self.to += envelope.rcpt_tos
        self.arrived.set()
        self.secured.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 OK"


class OnAnyPort(Controller):
    """Binds to a port that is free, whatever it is."""

    def _create_server(self) -> Any:
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        return self.loop.create_server(self._factory_invoker, sock=listening, ssl=self.ssl_context)


class Mailserver:
    """A server on a port of its own."""

    def __init__(self, kept: Kept, port: int) -> None:
        self.kept = kept
        self.port = port


@contextmanager
def mailserver(
    security: str = "none", certificate: Path | None = None, password: str | None = None
) -> Iterator[Mailserver]:
    """Serve on this machine while the block runs; over TLS with the certificate and key in one file."""
    kept = Kept()
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)

    def right(server: SMTP, session: Any, envelope: Envelope, mechanism: str, given: LoginPassword) -> AuthResult:
        kept.users.append(given.login.decode())
        return AuthResult(success=given.password.decode() == password, handled=False)

    more: dict[str, Any] = {}
    if security == "starttls":
        more = {"tls_context": context, "require_starttls": True}
    if password is not None:
        more |= {"authenticator": right, "auth_required": True, "auth_require_tls": security == "starttls"}
    controller = OnAnyPort(kept, hostname="127.0.0.1", ssl_context=context if security == "tls" else None, **more)
    controller.start()
    try:
        yield Mailserver(kept, controller.port)
    finally:
        controller.stop()


def self_signed(folder: Path) -> Path:
    """A certificate for `localhost` with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "mail.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
