"""The floors of the house: who may import whom, proved by what gets loaded and by reading."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "smtp_tui"
FOREIGN_TO_THE_LANGUAGE = {
    "socket", "ssl", "asyncio", "threading", "selectors", "select", "subprocess", "textual",
    "rich", "pyperclip", "cryptography", "aiosmtpd", "trustme", "tomlkit", "platformdirs",
}  # fmt: skip
SCREEN = {"textual", "rich", "pyperclip"}

# What each floor may import of ours beside itself; the window and the command line may all.
BELOW = {
    "smtp": {"sasl"},
    "sasl": {"smtp"},
    "wire": {"smtp", "sasl"},
    "transcript": {"smtp", "sasl", "wire"},
    "practice": {"smtp", "sasl", "wire"},
    "settings": {"wire.target", "wire.tls_options", "smtp.visible"},
    "workbench": {"smtp", "sasl", "wire", "transcript", "practice", "settings"},
}
FORBIDDEN = {
    "smtp": FOREIGN_TO_THE_LANGUAGE,
    "sasl": FOREIGN_TO_THE_LANGUAGE,
    "wire": SCREEN | {"asyncio", "aiosmtpd", "trustme", "tomlkit"},
    "transcript": SCREEN | {"asyncio", "aiosmtpd", "trustme", "tomlkit", "socket", "threading"},
    "practice": SCREEN,
    "settings": SCREEN | {"socket", "ssl", "asyncio", "threading"},
}
LOAD_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module("smtp_tui." + sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
print(*sys.modules)
"""


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it, with the names it takes from it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                assert level == 0, f"{path} imports relatively"
                yield from (f"{module}.{alias.name}" for alias in names)


def floor_of(path: Path) -> str:
    """The package a module is in; "" for what stands above all of them."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


on_every_floor = pytest.mark.parametrize(
    "path",
    [path for path in modules() if floor_of(path)],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)


def is_within(name: str, allowed: str) -> bool:
    return name == allowed or name.startswith(allowed + ".")


@on_every_floor
def test_imports_run_only_downwards(path: Path) -> None:
    floor = floor_of(path)
    for name in imports(path):
        if not is_within(name, "smtp_tui"):
            assert name.partition(".")[0] not in FORBIDDEN.get(floor, set()), name
        else:
            ours = name.removeprefix("smtp_tui.")
            assert any(is_within(ours, allowed) for allowed in (floor, *BELOW[floor])), name


@on_every_floor
def test_nothing_imports_the_command_line(path: Path) -> None:
    above = [f"smtp_tui.{path.stem}" for path in PACKAGE.glob("*.py") if path.stem != "__init__"]
    assert not [name for name in imports(path) for top in above if is_within(name, top)]


@pytest.mark.parametrize("floor", ["smtp", "sasl"])
def test_the_language_needs_the_standard_library_only(floor: str) -> None:
    for path in sorted((PACKAGE / floor).rglob("*.py")):
        for name in imports(path):
            top = name.partition(".")[0]
            assert top in {"smtp_tui", "__future__"} or top in sys.stdlib_module_names, name


@pytest.mark.parametrize("floor", ["smtp", "sasl", "wire", "transcript"])
def test_what_gets_loaded_stays_on_its_floors(floor: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LOAD_ALL, floor],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = set(ran.stdout.split())
    assert f"smtp_tui.{floor}" in loaded
    assert not {name.partition(".")[0] for name in loaded} & (
        FOREIGN_TO_THE_LANGUAGE if floor in {"smtp", "sasl"} else SCREEN | {"asyncio", "tomlkit"}
    )
    ours = {name.split(".")[1] for name in loaded if name.startswith("smtp_tui.")}
    assert ours <= {floor, *BELOW[floor]}


def test_every_floor_is_known() -> None:
    assert {floor_of(path) for path in modules()} == {"", *BELOW}
