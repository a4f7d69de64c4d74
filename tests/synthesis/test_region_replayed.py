"""Everything that is done in a made-up region is asked of the desk once more, act by act: it decides just the same.

Nothing is overridden and nothing is a report there: carers who live apart from their service, places that are held until
a child moves in, searches that find no home, and places that are not registered all have a way through the desk.
`make region` asks it of every preset.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from fairplace.synthesis.region.presets import Preset, preset
from fairplace.synthesis.region.register import build
from tests.campaign.replayed import replayed
from tests.matrix import some
from tests.synthesis.test_region import SMALL

WORLDS: dict[str, Preset] = {
    "tiny": preset("tiny"),
    "region": msgspec.structs.replace(SMALL, referrals=60),
    "crisis": msgspec.structs.replace(SMALL, referrals=150, crisis=date(2025, 1, 1)),
}


@pytest.mark.matrix
@pytest.mark.parametrize("name", some(list(WORLDS), "tiny"))
def test_the_desk_decides_every_act_of_a_made_up_region_just_as_it_stands(name: str, tmp_path: Path) -> None:
    build(tmp_path / "register", WORLDS[name], seed=3, twin=True)
    acts, wrong = replayed(tmp_path / "register")
    assert wrong == []
    assert acts > 500
