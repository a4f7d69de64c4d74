"""A form as it is shown again to somebody outside: what was typed, what is wrong with it, what to look at once more."""

from __future__ import annotations

import msgspec

from fairplace.forms.fields import Fault
from fairplace.guarding.drafts import Looked


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing typed is lost; files a browser does not keep."""

    sent: dict[str, list[str]] = {}
    faults: tuple[Fault, ...] = ()
    refusal: str = ""
    looked: Looked = Looked()
    status: int = 200

    @property
    def wrong(self) -> dict[str, str]:
        return {fault.name: fault.sentence for fault in self.faults}
