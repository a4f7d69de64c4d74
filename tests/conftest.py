"""What every test shares."""

import contextlib
import importlib
import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.matrix import PART, many

ROOT = Path(__file__).parents[1]

# A slow or busy machine is no counter-example; each failure prints how to run it again.
settings.register_profile("house", deadline=None, print_blob=True, max_examples=many(200))
settings.load_profile("house")


def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are cores: browsers, sockets and other processes are waited for."""
    return (os.cpu_count() or 1) + 2


def pytest_collection(session: pytest.Session) -> None:
    """Each worker reads the modules from another place on: what one has compiled, the others find ready."""
    worker = getattr(session.config, "workerinput", None)
    if worker is None:
        return
    modules = sorted(ROOT.glob("tests/**/test_*.py"))
    first = len(modules) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    for path in modules[first:] + modules[:first]:
        with contextlib.suppress(Exception):  # it is said when the module is collected
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Laws with examples by chance are matrices, and so are long stories, which `make test` leaves to `make stories`; files
    with slow tests or browsers begin first, and what is quick fills the gaps at the end.
    """
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False) or item.get_closest_marker("long"):
            item.add_marker(pytest.mark.matrix)
    if PART and (left := [item for item in items if item.get_closest_marker("long")]):
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("long")]
    long = {item.path for item in items if item.get_closest_marker("slow") or "browser" in item.path.parts}
    items.sort(key=lambda item: item.path not in long)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CI a test that would be skipped for want of a program fails: nobody looks at what was not looked at."""
    report = yield
    wanting = any(item.get_closest_marker(name) for name in ("browser", "needs_go", "needs_openssl"))
    if report.skipped and os.environ.get("CI") == "true" and wanting:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} would be skipped: {call.excinfo.value if call.excinfo else 'no reason given'}"
    return report
