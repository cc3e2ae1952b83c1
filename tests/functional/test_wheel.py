"""What a built wheel holds."""

import ast
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AGENT = "pertract/agent/pertract-agent.jar"


def build(project: Path, folder: Path) -> zipfile.ZipFile:
    if find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed, so no wheel can be built")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=project,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    return build(ROOT, tmp_path_factory.mktemp("wheel"))


def test_a_jar_that_was_built_is_in_the_wheel_though_git_ignores_it(tmp_path):
    project = tmp_path / "project"
    (project / "pertract/agent").mkdir(parents=True)
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore", "pertract/__init__.py"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, project / name)
    (project / AGENT).write_bytes(b"jar")
    wheel = build(project, tmp_path / "out")
    assert wheel.read(AGENT) == b"jar"


def test_the_package_is_all_that_lands_in_site_packages(wheel):
    top = {name.split("/")[0] for name in wheel.namelist()}
    assert {name for name in top if not name.endswith(".dist-info")} == {"pertract"}


def test_every_module_the_type_marker_and_the_catalogue_are_in_the_wheel(wheel):
    source = ROOT / "pertract"
    kinds = {".py", ".css", ".js"}
    paths = (path.relative_to(source) for path in source.rglob("*") if path.suffix in kinds)
    expected = {f"pertract/{path.as_posix()}" for path in paths}
    packed = {name for name in wheel.namelist() if name.startswith("pertract/")} - {AGENT}
    assert packed == expected | {"pertract/py.typed", "pertract/catalogue/node_types.yaml"}
    assert "pertract/report/page/script/page.js" in packed


def test_the_command_and_the_licence_are_declared(wheel):
    content = {name.split(".dist-info/")[-1]: name for name in wheel.namelist() if ".dist-info/" in name}
    assert "pertract = pertract.cli:main" in wheel.read(content["entry_points.txt"]).decode()
    metadata = wheel.read(content["METADATA"]).decode()
    assert "License-Expression: Apache-2.0" in metadata
    assert any(name.endswith("LICENSE") for name in content)


NAMES = {"yaml": "pyyaml", "sklearn": "scikit-learn"}
"""Packages that are imported by another name."""


def test_every_library_that_is_imported_is_declared(wheel):
    declared = {
        line.removeprefix("Requires-Dist: ").split(">")[0].split("<")[0].split(";")[0].strip()
        for name in wheel.namelist()
        if name.endswith("/METADATA")
        for line in wheel.read(name).decode().splitlines()
        if line.startswith("Requires-Dist: ") and "extra ==" not in line
    }
    imported = set()
    for path in (ROOT / "pertract").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(node.module.split(".")[0])
    extras = {"fsspec", "pandas"}  # imported where it is needed, with a sentence where it is absent
    foreign = imported - set(sys.stdlib_module_names) - {"pertract"} - extras
    assert {NAMES.get(name, name) for name in foreign} <= declared
