"""The verifier shares nothing with the programs whose work it checks."""

import ast
import sys
from pathlib import Path

import fairplace_verify

SOURCE = Path(fairplace_verify.__file__)


def roots(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import came"
            names.add(str(node.module).split(".")[0])
    return names


def test_the_verifier_imports_only_the_standard_library_and_cryptography() -> None:
    assert roots(SOURCE.read_text()) <= set(sys.stdlib_module_names) | {"cryptography"}


def test_the_writer_of_these_tests_imports_only_the_standard_library_and_cryptography() -> None:
    source = Path(__file__).with_name("writer.py").read_text()
    assert roots(source) <= set(sys.stdlib_module_names) | {"cryptography"}


def test_the_verifier_names_no_way_to_import_by_name() -> None:
    tree = ast.parse(SOURCE.read_text())
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not named & {"__import__", "importlib", "eval", "exec", "compile"}
