"""What a provider fills in to lodge a bid, beside the file."""

from __future__ import annotations

from fairplace.forms.fields import Field

_NAME = Field(name="provider_name", label="The provider’s name", kind="line", hint="As it stands on the bid")

SEALED = (_NAME,)
"""Where there are openers: file and price are sealed on the bidder's device."""

FIELDS = (
    _NAME,
    Field(
        name="price",
        label="Price",
        kind="money",
        hint="In pounds, on the basis that the tender asks for. Leave it empty only where no price is asked for",
        optional=True,
    ),
)
