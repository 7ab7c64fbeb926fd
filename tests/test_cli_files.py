"""`check` and `lint` by the real program: what the files say, and what production says to them."""

from pathlib import Path

import pytest

from cli_kit import CHECKLIST, Shell
from http_traps import Reply, Request, free_port, serve

ROOT = Path(__file__).parents[1]
OK, WARN, FAIL, UNKNOWN = 0, 1, 2, 3


def probe(home: Path, url: str, *names: str) -> Path:
    """A probe for each name, which asks for `/NAME`."""
    directory = home / "probes"
    directory.mkdir()
    for name in names:
        (directory / f"{name}.toml").write_text(
            f'title = "{name}"\nevery = "10s"\ndeadline = "5s"\n[source]\nkind = "http"\nurl = "{url}/{name}"\n'
            '[[check]]\nget = "json:$.late"\nunit = "ms"\nwarn = "> 10"\nfail = "> 20"\n',
            encoding="utf-8",
        )
    return directory


def answer(request: Request) -> Reply:
    late = {"/good": "5", "/slow": "15", "/bad": "25"}.get(request.path, "null")
    return Reply(body=f'{{"late": {late}}}')


@pytest.mark.parametrize(
    ("names", "status"),
    [
        (["good"], OK),
        (["good", "slow"], WARN),
        (["good", "slow", "bad", "unknown"], FAIL),
        (["good", "unknown"], UNKNOWN),
        (["slow", "unknown"], UNKNOWN),
    ],
)
def test_check_exits_by_the_worst_of_all_probes(tmp_path: Path, names: list[str], status: int) -> None:
    with serve(answer) as url:
        ended = Shell(tmp_path).run("check", probe(tmp_path, url, *names))
    assert (ended.status, ended.err) == (status, "")
    assert sorted(line.split()[1] for line in ended.out.splitlines()) == sorted(names)


def test_check_tells_what_was_measured(tmp_path: Path) -> None:
    with serve(answer) as url:
        ended = Shell(tmp_path).run("check", probe(tmp_path, url, "slow"), "--json")
        text = Shell(tmp_path).run("check", "probes/slow.toml").out
    assert '"value": 15' in ended.out
    assert '"outcome": "warn"' in ended.out
    assert text.split()[:4] == ["warn", "slow", "15", "ms"]


def test_check_of_a_port_where_nobody_listens_fails_in_one_line(tmp_path: Path) -> None:
    """A service that does not answer is what a health probe is there to find."""
    ended = Shell(tmp_path).run("check", probe(tmp_path, f"http://127.0.0.1:{free_port()}", "health"))
    assert (ended.status, ended.err) == (FAIL, "")
    (line,) = ended.out.splitlines()
    assert "connection refused" in line


def test_lint_names_every_fault_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "shop.md").write_text(CHECKLIST, encoding="utf-8")
    (tmp_path / "shop.toml").write_text('[item.backup]\nownr = "ops"\nrequired = "yes"\n', encoding="utf-8")
    ended = Shell(tmp_path).run("lint", "shop.md")
    assert (ended.status, ended.err) == (2, "2 errors, 0 warnings\n")
    assert sorted(line[:20] for line in ended.out.splitlines()) == ["error: shop.toml:2: ", "error: shop.toml:3: "]
    assert 'unknown key "ownr"; did you mean "owner"?' in ended.out


def test_lint_finds_no_error_in_what_is_shipped() -> None:
    ended = Shell(ROOT).run("lint", "checklists/production.md", "--probes", "probes")
    assert (ended.status, "error:" in ended.out) == (0, False)
    assert ended.err.startswith("0 errors, ")
