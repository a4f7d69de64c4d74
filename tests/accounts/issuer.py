"""A small OpenID Connect provider on loopback: discovery, keys, authorization with PKCE, tokens. It does what it is told."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "fairplace", "a secret of this test"


class Issuer:
    """What it knows, and what a test changes of it. `claims` are put over those of every token."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.address = ""
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.signing = self.key
        self.confuses = False  # signs with its public key as if that were a shared secret
        self.says: str | None = None  # another name for itself
        self.subject = "subject-1"
        self._codes: dict[str, dict[str, str]] = {}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where somebody is sent back to who has signed in here."""
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})

    def token(self, asked: dict[str, str], authorization: str) -> dict[str, Any] | None:
        left = self._codes.pop(asked.get("code", ""), None)
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if left is None or authorization != expected or left["redirect_uri"] != asked.get("redirect_uri"):
            return None
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        if left["code_challenge"] != base64.urlsafe_b64encode(digest).rstrip(b"=").decode():
            return None
        now = int(time.time())
        claims = {
            "iss": self.address,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": left["nonce"],
            **self.claims,
        }
        made = jwt.encode(self.header, claims, self.signing, algorithms=["RS256"])
        if self.confuses:
            made = _confused(made, self.key.as_pem(private=False))
        return {"access_token": "unused", "token_type": "Bearer", "id_token": made}


def _confused(token: str, public: bytes) -> str:
    """The token as HS256 over the public key: what a verifier that believes the header would accept."""
    header = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "one"}).encode()).rstrip(b"=").decode()
    signed = f"{header}.{token.split('.')[1]}"
    mac = hmac.digest(public, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


@contextlib.contextmanager
def serving(issuer: Issuer) -> Iterator[Issuer]:
    """The issuer on a port of its own while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/.well-known/openid-configuration":
                self._say(
                    {
                        "issuer": issuer.says or issuer.address,
                        "authorization_endpoint": f"{issuer.address}/authorize",
                        "token_endpoint": f"{issuer.address}/token",
                        "jwks_uri": f"{issuer.address}/keys",
                    }
                )
            elif parts.path == "/keys":
                self._say(KeySet([issuer.key]).as_dict(private=False))
            elif parts.path == "/authorize":
                asked = {name: value[0] for name, value in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("location", issuer.authorize(asked))
                self.end_headers()
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            given = self.rfile.read(int(self.headers["content-length"])).decode()
            asked = {name: value[0] for name, value in parse_qs(given).items()}
            token = issuer.token(asked, self.headers.get("authorization", ""))
            self._say(token or {"error": "invalid_grant"}, 200 if token else 400)

        def _say(self, value: Any, status: int = 200) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.address = f"http://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
