"""Puts the one file into the distribution: from the checkout into the sdist, and from there into the wheel."""

import re
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]


def found(name: str, in_checkout: str) -> Path:
    """A file of an unpacked sdist, or the same in the checkout."""
    return HERE / name if (HERE / name).is_file() else CHECKOUT / in_checkout


def version() -> str:
    text = found("fairplace_verify.py", "src/fairplace_verify.py").read_text("utf-8")
    [number] = re.findall(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    return str(number)


class OneFile(BuildHookInterface[Any]):
    """What hatchling calls before it builds."""

    def initialize(self, _: str, build_data: dict[str, Any]) -> None:
        build_data["force_include"][str(found("fairplace_verify.py", "src/fairplace_verify.py"))] = (
            "fairplace_verify.py"
        )
        if self.target_name == "sdist":
            build_data["force_include"][str(found("LICENSE", "LICENSE"))] = "LICENSE"
