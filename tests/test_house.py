"""The house stands: what is built carries all of it, and a stranger can run it."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import fairplace
from tests.matrix import WHOLE

ROOT = Path(__file__).parent.parent
LOCKS = ("build", "runtime", "test", "dev", "node")

# The macros follow one level of govuk-frontend: the two pins move together.
LEVELS = {"4.1.0": "6.3.0"}


def run(*command: str | Path, cwd: Path, expect: int = 0, **environment: str) -> str:
    """Run a command without our settings and paths, and give back what it printed."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "FAIRPLACE", "VIRTUAL"))
    }
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=kept | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == expect, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def locked(name: str) -> dict[str, str]:
    """Package and version of every line of a lock."""
    text = (ROOT / f"requirements/{name}.txt").read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", out, cwd=ROOT)
    [archive] = out.glob("*.tar.gz")
    return archive


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made from the sdist alone, on a machine without npm."""
    out = tmp_path_factory.mktemp("wheel")
    with tarfile.open(sdist) as archive:
        archive.extractall(out / "source", filter="data")
    [source] = (out / "source").iterdir()
    empty = tmp_path_factory.mktemp("path")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out, cwd=source, PATH=str(empty))
    [archive] = out.glob("*.whl")
    return archive


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of a clean environment that holds the wheel and the locked packages."""
    home = tmp_path_factory.mktemp("clean")
    venv.create(home, with_pip=False)
    pip = (sys.executable, "-m", "pip", "--python", home / "bin/python", "install", "--no-compile", "--quiet",
           "--disable-pip-version-check")  # fmt: skip
    run(*pip, "--require-hashes", "-r", ROOT / "requirements/runtime.txt", cwd=home)
    run(*pip, "--no-deps", "--no-index", wheel, cwd=home)
    return home / "bin"


@pytest.mark.slow
def test_the_wheel_carries_the_shelves_byte_for_byte(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for shelf in ("policies", "projections", "web/templates", "web/static", "web/scripts", "docs/rules"):
            files = [path for path in (ROOT / shelf).rglob("*") if path.is_file() and path.suffix != ".pyc"]
            assert files, f"{shelf}/ is empty"
            for path in files:
                assert archive.read(f"fairplace/shipped/{path.relative_to(ROOT)}") == path.read_bytes(), path
        defects = archive.read("fairplace/shipped/docs/known-defects.md")
        assert defects == (ROOT / "docs/known-defects.md").read_bytes(), "every certificate of a bundle lists them"
        assert not [name for name in names if "__pycache__" in name or name.endswith(".scss")]
        assert {name.split("/")[0] for name in names if "dist-info" not in name} == {"fairplace", "fairplace_verify.py"}
        assert {"fairplace/py.typed", "fairplace_verify.py"} <= names
        assert any(name.endswith("licenses/LICENSE") for name in names)


@pytest.mark.slow
def test_the_style_sheet_is_not_that_of_gov_uk(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        sheet = archive.read("fairplace/shipped/web/static/fairplace.css").decode()
        licence = archive.read("fairplace/shipped/web/static/LICENCE-govuk-frontend.txt").decode()
        names = archive.namelist()
    assert ".govuk-table" in sheet
    assert ".fp-" in sheet
    assert not [word for word in ("GDS Transport", "/assets/", "@font-face", "crest") if word in sheet]
    assert "The MIT License" in licence
    assert not [name for name in names if re.search(r"\.(woff2?|ttf|ico)$|crest|crown", name)]


SHORT = """
import sys
from fairplace import cli
from fairplace.synthesis import procurements, programme
told = {"supported-north", "school-travel", "spot-home"}
procurements.build.__kwdefaults__["programme"] = [one for one in programme.PROGRAMME if one[1].slug in told]
sys.exit(cli.main(sys.argv[1:]))
"""
"""The command line, with a demo of three stories: the whole one is built from the same files in tests/synthesis."""


@pytest.fixture(scope="module")
def home(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stranger's empty folder, in which they made a demo register."""
    home = tmp_path_factory.mktemp("stranger")
    program = (installed / "fairplace",) if WHOLE else (installed / "python", "-c", SHORT)
    run(*program, "demo", "register", "--no-serve", cwd=home, HOME=str(home))
    return home


@pytest.mark.long
def test_a_stranger_can_build_and_verify_a_demo_register(installed: Path, home: Path) -> None:
    public = home / "register/public"
    # True, but the keys come from the same place as the record: exit code 3 says so.
    run(installed / "fairplace", "verify", "register", cwd=home, HOME=str(home), expect=3)
    run(installed / "fairplace-verify", public, cwd=home, HOME=str(home), expect=3)
    run(installed / "fairplace-verify", public, "--policy", public / "policy", cwd=home, HOME=str(home))


@pytest.mark.long
def test_the_shipped_policies_find_the_unfairness_planted_in_the_demo(installed: Path, home: Path) -> None:
    found = run(installed / "fairplace", "check", "register", "--json", cwd=home, HOME=str(home), expect=1)
    assert "not-met" in {json.loads(line).get("outcome") for line in found.splitlines()}


@pytest.mark.long
def test_a_changed_byte_is_noticed_by_the_installed_checker(installed: Path, home: Path, tmp_path: Path) -> None:
    shutil.copytree(home / "register/public", tmp_path / "public")
    bundle = next(path for path in sorted((tmp_path / "public/tile/entries").rglob("*")) if path.is_file())
    changed = bytearray(bundle.read_bytes())
    changed[len(changed) // 2] ^= 1
    bundle.write_bytes(changed)
    run(installed / "fairplace-verify", tmp_path / "public", cwd=tmp_path, HOME=str(tmp_path), expect=1)


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_is_held_to_a_hash(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text("utf-8")
    assert locked(name)
    for block in re.split(r"\n+(?=[a-z0-9])", re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE).strip()):
        assert re.fullmatch(r"[a-z0-9._-]+==\S+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+", block), block


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_server_and_no_folder(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text("utf-8")
    assert re.findall(r"file://|https?:|--index-url|--extra-index-url|--find-links|/(?:opt|home|tmp|root)/", text) == []


def test_the_locks_agree_with_each_other_and_with_the_project() -> None:
    runtime, test, dev = locked("runtime"), locked("test"), locked("dev")
    assert runtime.items() <= test.items() <= dev.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {re.split(r"[<>=!~;\[ ]", line)[0] for line in project["dependencies"]}
    assert wanted <= runtime.keys()
    assert {re.split(r"[<>=!~;\[ ]", line)[0] for line in project["optional-dependencies"]["test"]} <= test.keys()


def test_the_npm_lock_names_no_server_and_holds_every_archive_to_a_hash() -> None:
    package = json.loads((ROOT / "web/package.json").read_text("utf-8"))
    lock = json.loads((ROOT / "web/package-lock.json").read_text("utf-8"))
    assert package["private"] is True
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["dependencies"].values())
    assert lock["packages"][""]["dependencies"] == package["dependencies"]
    for name, entry in lock["packages"].items():
        assert "resolved" not in entry
        assert not name or entry["integrity"].startswith("sha512-")


def test_macros_and_style_sheet_are_of_one_level() -> None:
    package = json.loads((ROOT / "web/package.json").read_text("utf-8"))
    assert package["dependencies"]["govuk-frontend"] == LEVELS[locked("runtime")["govuk-frontend-jinja"]]


def test_the_node_wheel_is_of_the_range_that_the_build_asks_for() -> None:
    [range_] = re.findall(r'NODE_WHEEL = "(.+?)"', (ROOT / "hatch_build.py").read_text("utf-8"))
    assert range_ in (ROOT / "requirements/node.in").read_text("utf-8").splitlines()


def test_the_version_has_its_place_in_the_changelog() -> None:
    assert f"## {fairplace.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_every_linter_rule_that_is_off_has_its_reason_on_the_line() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    section = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.mccabe]")]
    ignored = section[section.index("ignore = [") :].splitlines()[1:]
    rules = [line for line in ignored if line.strip().startswith('"')]
    assert len(rules) > 5
    assert [line for line in rules if not re.search(r'",\s+# .{15,}', line)] == []


def test_each_decision_about_the_design_has_a_number_of_its_own_and_is_listed() -> None:
    files = sorted(path.name for path in (ROOT / "docs/adr").glob("[0-9]*.md"))
    numbers = [name[:4] for name in files]
    assert numbers == sorted(set(numbers))
    listed = re.findall(r"\]\(([0-9]{4}-[a-z0-9-]+\.md)\)", (ROOT / "docs/adr/README.md").read_text("utf-8"))
    assert listed == files
