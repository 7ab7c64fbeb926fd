"""The JSON Schemas that editors get: they take the files that warroom takes, and mark what it refuses."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from warroom.cli.main import cli
from warroom.core.bindings import Bindings
from warroom.core.probe import ProbeSpec
from warroom.files.probes_toml import load_probe
from warroom.probing.sources.table import SPECS, check_source

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLES = BLOCK.findall((ROOT / "docs" / "probes.md").read_text(encoding="utf-8"))
DEMO = ROOT / "src" / "warroom" / "demo" / "templates"
PROBES = sorted([*(ROOT / "probes").glob("*.toml"), *(DEMO / "probes").glob("*.toml")])
SIDES = sorted([*(ROOT / "checklists").glob("*.toml"), *DEMO.glob("*.toml")])
HEALTH = tomllib.loads((ROOT / "probes" / "health.toml").read_text())


def schema(name: str) -> dict[str, Any]:
    result = CliRunner().invoke(cli, ["schema", name], catch_exceptions=False)
    printed: dict[str, Any] = json.loads(result.stdout)
    return printed


def printed(name: str) -> Draft202012Validator:
    Draft202012Validator.check_schema(schema(name))
    return Draft202012Validator(schema(name))


def test_every_kind_has_a_worked_example() -> None:
    assert {tomllib.loads(example)["source"]["kind"] for example in EXAMPLES} == set(SPECS)


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: tomllib.loads(text)["title"])
def test_worked_examples_fit(text: str, tmp_path: Path) -> None:
    """The schema and what really reads them."""
    assert [error.message for error in printed("probe").iter_errors(tomllib.loads(text))] == []
    (tmp_path / "example.toml").write_text(text)
    load_probe(tmp_path / "example.toml", check_source)


def test_all_that_is_shipped_is_looked_at() -> None:
    assert len(PROBES) >= 4
    assert len(SIDES) >= 2


@pytest.mark.parametrize("path", PROBES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_shipped_probes_fit(path: Path) -> None:
    assert [error.message for error in printed("probe").iter_errors(tomllib.loads(path.read_text()))] == []


@pytest.mark.parametrize("path", SIDES, ids=lambda path: f"{path.parts[-2]}/{path.name}")
def test_side_files_that_are_shipped_fit(path: Path) -> None:
    assert [error.message for error in printed("side").iter_errors(tomllib.loads(path.read_text()))] == []


@pytest.mark.parametrize(("file", "model"), [("probe", ProbeSpec), ("side", Bindings)])
def test_every_key_that_is_read_is_in_the_schema(file: str, model: type[BaseModel]) -> None:
    """By the names that files have for them; a probe's id is its file's name."""
    keys = {field.alias or name for name, field in model.model_fields.items()} - {"id"}
    assert set(schema(file)["properties"]) == keys


@pytest.mark.parametrize(
    "change",
    [
        {"titel": "x"},
        {"every": "soon"},
        {"id": "x"},
        {"check": []},
        {"source": {"kind": "htp", "url": "http://x"}},
        {"source": {"kind": "tcp", "host": "x", "port": "22"}},
        {"source": {"kind": "tcp", "host": "x", "port": 22, "url": "http://x"}},
    ],
)
def test_what_is_wrong_is_marked(change: dict[str, Any]) -> None:
    assert list(printed("probe").iter_errors(HEALTH | change)) != []


def test_a_wrong_side_file_is_marked() -> None:
    assert list(printed("side").iter_errors({"item": {"deploy": {"step": {"argv": "rm -rf /"}}}})) != []
