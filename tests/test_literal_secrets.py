"""A secret in a file is refused before it can reach a journal."""

from pathlib import Path

import pytest

from files_kit import PROBE, write
from warroom.core.errors import BadInput
from warroom.files.bindings_toml import load_bindings
from warroom.files.probes_toml import load_probe
from warroom.probing.sources.table import check_source

URL = 'url = "http://127.0.0.1:9/stats"'


def refusal(path: Path, text: str) -> str:
    write(path, text)
    with pytest.raises(BadInput) as refused:
        load_probe(path, check_source)
    return str(refused.value)


@pytest.mark.parametrize(
    "instead",
    [
        'url = "http://127.0.0.1:9/stats?token=s3cr3t-s3cr3t"',
        URL + '\nheaders = { Authorization = "Bearer s3cr3t-s3cr3t" }',
        URL + '\nheaders = { X-Api-Key = "s3cr3t-s3cr3t" }',
    ],
)
def test_a_probe_with_a_secret_in_clear_is_refused_with_its_line_and_without_the_secret(
    tmp_path: Path, instead: str
) -> None:
    said = refusal(tmp_path / "p.toml", PROBE.replace(URL, instead))
    line = 8 + instead.count("\n")
    assert said.startswith(f"{tmp_path / 'p.toml'}:{line}: a secret stands here in clear")
    assert "${env:NAME}" in said
    assert "s3cr3t" not in said


def test_the_value_of_a_secret_variable_is_known_wherever_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "a-long-value-of-a-token")
    said = refusal(tmp_path / "p.toml", PROBE.replace("/stats", "/a-long-value-of-a-token"))
    assert "a secret stands here in clear" in said


def test_a_placeholder_is_none(tmp_path: Path) -> None:
    headers = '\nheaders = { Authorization = "${env:SHOP_AUTH}" }'
    path = write(tmp_path / "p.toml", PROBE.replace(URL, 'url = "http://127.0.0.1:9/?token=${env:T}"' + headers))
    assert load_probe(path, check_source).id == "p"


def test_where_a_scenario_finds_one_is_none(tmp_path: Path) -> None:
    steps = '[[source.request]]\nurl = "http://x"\nsave = { token = "json:$.token", secret = "cookie:sid" }\n'
    text = PROBE.replace(URL, "").replace("[[check]]", f"{steps}[[check]]")
    assert load_probe(write(tmp_path / "p.toml", text), check_source).id == "p"


def test_a_side_file_with_one_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "r.toml", '[item.x.step]\nargv = ["psql", "--password=s3cr3t-s3cr3t"]\n')
    with pytest.raises(BadInput, match=r"r.toml:2: a secret stands here in clear"):
        load_bindings(tmp_path / "r.toml")
