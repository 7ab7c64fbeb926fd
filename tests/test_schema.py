"""The JSON Schemas that editors get: they take the files that warroom takes, and mark what it refuses."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from warroom.cli.main import cli
from warroom.files.probes_toml import load_probe
from warroom.probing.sources.table import SPECS, check_source

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLES = BLOCK.findall((ROOT / "docs" / "probes.md").read_text(encoding="utf-8"))
SHIPPED = {path.name: tomllib.loads(path.read_text()) for path in (ROOT / "probes").glob("*.toml")}


def printed(name: str) -> Draft202012Validator:
    result = CliRunner().invoke(cli, ["schema", name], catch_exceptions=False)
    schema = json.loads(result.stdout)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_every_kind_has_a_worked_example() -> None:
    assert {tomllib.loads(example)["source"]["kind"] for example in EXAMPLES} == set(SPECS)


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: tomllib.loads(text)["title"])
def test_worked_examples_fit(text: str, tmp_path: Path) -> None:
    """The schema and what really reads them."""
    assert [error.message for error in printed("probe").iter_errors(tomllib.loads(text))] == []
    (tmp_path / "example.toml").write_text(text)
    load_probe(tmp_path / "example.toml", check_source)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_probes_fit(name: str) -> None:
    assert [error.message for error in printed("probe").iter_errors(SHIPPED[name])] == []


def test_the_side_file_that_is_shipped_fits() -> None:
    document = tomllib.loads((ROOT / "checklists" / "production.toml").read_text())
    assert [error.message for error in printed("side").iter_errors(document)] == []


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
    good = SHIPPED["health.toml"]
    assert list(printed("probe").iter_errors(good | change)) != []


def test_a_wrong_side_file_is_marked() -> None:
    assert list(printed("side").iter_errors({"item": {"deploy": {"step": {"argv": "rm -rf /"}}}})) != []
