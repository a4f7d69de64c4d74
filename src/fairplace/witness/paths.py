"""Where a witness is asked (C2SP tlog-witness; wire format, section 9)."""

import hashlib

ADD = "/add-checkpoint"
SIZE_MEDIA = "text/x.tlog.size"
"""The type of an answer that says which size is stored."""


def latest_path(origin: str) -> str:
    """Where the newest checkpoint of a log is got: under the SHA-256 of its origin in lower-case hexadecimal."""
    return f"/{hashlib.sha256(origin.encode('ascii')).hexdigest()}/checkpoint"
