"""Names of rows: they tell rows apart, and tie together those about one child or one provider.

- The name of a case's row, and of a child, is made with what is sealed in the case and destroyed with its key. Once that
  is gone nobody can say of a kept row whose it was: neither by the case's number, which stands in the log, nor by the
  child's pseudonym, which somebody may have written down elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac

import msgspec


class Hidden(msgspec.Struct, frozen=True, kw_only=True):
    """What the names of one case's rows are made with: of the case itself, and of the child's first search on record."""

    case: str
    child: str


def name(kind: str, id_: str, hidden: str = "") -> str:
    """HMAC-SHA256 (RFC 2104), cut to 32 hexadecimal digits. Without `hidden` anybody who knows the id can make it."""
    key = f"fairplace/counted/v2\n{hidden}\n".encode()
    return hmac.new(key, f"{kind}\n{id_}\n".encode(), hashlib.sha256).hexdigest()[:32]
