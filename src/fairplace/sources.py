"""Where time and chance come from: one value, handed to the store and the desk."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID


class Sources(NamedTuple):
    """A clock in UTC and a source of random bytes. Only `synthesis/` and tests use a seeded one."""

    clock: Callable[[], datetime]
    entropy: Callable[[int], bytes]

    def event_id(self, at: datetime | None = None) -> str:
        """A UUIDv7 (RFC 9562, section 5.7) of this moment (now) and this entropy."""
        milliseconds = round((at or self.clock()).timestamp() * 1000)
        value = milliseconds << 80 | int.from_bytes(self.entropy(10))
        value = value & ~(0xF << 76) | 0x7 << 76
        return str(UUID(int=value & ~(0x3 << 62) | 0x2 << 62))

    def stream_id(self) -> str:
        """A random UUIDv4: never derived from a person or a case."""
        return str(UUID(bytes=self.entropy(16), version=4))


SYSTEM = Sources(clock=lambda: datetime.now(UTC), entropy=secrets.token_bytes)
