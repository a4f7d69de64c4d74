"""A throw-away time-stamping authority: a certificate authority, a signing certificate, and answers by `openssl ts`."""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

SETTINGS = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/middle.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[signs]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
"""
NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Authority:
    """`ca.pem` is to be trusted, `middle.pem` stands between it and the one that signs."""

    def __init__(self, folder: Path, name: str = "Throw-away") -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "settings").write_text(SETTINGS.format(folder=folder))
        (folder / "serial").write_text("01\n")
        self._run("req", "-x509", *NEW_KEY, *self._out("ca", ".pem"), "-subj", f"/CN={name} root", "-days", "2")
        self._certify("middle", "ca", "ca", f"/CN={name} authority")
        self._certify("tsa", "middle", "signs", f"/CN={name} clock")

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def chain(self) -> Path:
        return self.folder / "middle.pem"

    def answer(self, query: bytes) -> bytes:
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            asked, answered = Path(scratch) / "query", Path(scratch) / "answer"
            asked.write_bytes(query)
            self._run(
                "ts", "-reply", "-config", str(self.folder / "settings"), "-queryfile", str(asked),
                "-out", str(answered),
            )  # fmt: skip
            return answered.read_bytes()

    @contextmanager
    def served(self) -> Iterator[str]:
        """Its address, while it answers over HTTP as RFC 3161, section 3.4, has it."""
        answer = self.answer

        class Desk(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.headers["content-type"] == "application/timestamp-query"
                said = answer(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(200)
                self.send_header("content-type", "application/timestamp-reply")
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Desk)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            server.server_close()

    def _certify(self, name: str, by: str, form: str, subject: str) -> None:
        self._run("req", *NEW_KEY, *self._out(name, ".csr"), "-subj", subject)
        self._run(
            "x509", "-req", "-in", self._at(f"{name}.csr"), "-CA", self._at(f"{by}.pem"), "-CAkey",
            self._at(f"{by}.key"), "-CAcreateserial", "-out", self._at(f"{name}.pem"), "-days", "2",
            "-extfile", self._at("settings"), "-extensions", form,
        )  # fmt: skip

    def _out(self, name: str, ending: str) -> tuple[str, ...]:
        return ("-keyout", self._at(f"{name}.key"), "-out", self._at(name + ending))

    def _at(self, name: str) -> str:
        return str(self.folder / name)

    def _run(self, *arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
