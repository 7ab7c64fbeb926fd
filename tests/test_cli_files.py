"""`lint` by the real program: what the files say, and with `--live` what this machine and production say to them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli_kit import CHECKLIST, Shell
from http_traps import Reply, Request, free_port, serve

ROOT = Path(__file__).parents[1]
CHECK = '[[check]]\nget = "json:$.late"\nunit = "ms"\nwarn = "> 10"\nfail = "> 20"\n'
STDOUT = '[[check]]\nget = "stdout"\nfail = \'== "x"\'\n'
LATENCY = '[[check]]\nget = "latency_ms"\nfail = "> 9000"\n'
LATE = {"good": "5", "slow": "15", "bad": "25", "silent": "null"}


def write_probe(home: Path, name: str, source: str, check: str = CHECK) -> None:
    (home / "probes").mkdir(exist_ok=True)
    head = f'title = "{name}"\npane = "health"\nevery = "10s"\ndeadline = "5s"\n'
    (home / "probes" / f"{name}.toml").write_text(f"{head}{check}[source]\n{source}\n", encoding="utf-8")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """In a directory with a checklist and a side file."""
    (tmp_path / "shop.md").write_text("# Shop\n- [ ] Deploy <!-- wr: deploy -->\n", encoding="utf-8")
    (tmp_path / "shop.toml").write_text(
        '[item.deploy.step]\nargv = ["/bin/true"]\n'
        '[rollback]\nverify = ["one"]\n[[rollback.step]]\ntitle = "Back"\nargv = ["true"]\n',
        encoding="utf-8",
    )
    return Shell(tmp_path)


@pytest.fixture
def url() -> Iterator[str]:
    def answer(request: Request) -> Reply:
        return Reply(body=f'{{"late": {LATE[request.path[1:]]}}}')

    with serve(answer) as url:
        yield url


def live(shell: Shell) -> tuple[int, list[str]]:
    ended = shell.run("lint", "shop.md", "--probes", "probes", "--live")
    return ended.status, ended.out.splitlines()


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


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("good", 0, "info: probes/one.toml:10: answers, and is ok: json:$.late 5 ms"),
        ("slow", 0, "info: probes/one.toml:10: answers, with a warning: json:$.late 15 ms > 10 ms"),
        ("bad", 0, "warning: probes/one.toml:10: answers, but fails: json:$.late 25 ms > 20 ms"),
        ("silent", 0, "warning: probes/one.toml:10: answers, but says nothing: no data: "),
    ],
)
def test_a_probe_that_gets_an_answer_is_no_fault_of_the_files(
    shell: Shell, url: str, path: str, status: int, said: str
) -> None:
    write_probe(shell.home, "one", f'kind = "http"\nurl = "{url}/{path}"')
    found, (line,) = live(shell)
    assert (found, line[: len(said)]) == (status, said)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('kind = "http"\nurl = "http://127.0.0.1:PORT"', ":10: no good answer: connection refused at 127.0.0.1:"),
        ('kind = "http"\nurl = "http://169.254.169.254"', ":10: cannot be measured: 169.254.169.254 is "),
        ('kind = "http"\nurl = "${env:NO_SUCH}"', ":12: [source]: url: environment variable NO_SUCH is not set"),
        (
            'kind = "http"\nurl = "http://h"\nheaders = { A = "${file:gone}" }',
            ":13: [source.headers]: A: secret file gone does not exist or is no file",
        ),
        ('kind = "command"\nargv = ["no-such-program"]', ":12: [source]: no such program: no-such-program"),
        ('kind = "command"\nargv = ["./shop.md"]', ":12: [source]: not executable: ./shop.md"),
    ],
)
def test_what_keeps_a_probe_from_being_asked_is_an_error_on_its_line(shell: Shell, source: str, said: str) -> None:
    write_probe(shell.home, "one", source.replace("PORT", str(free_port())))
    status, (line,) = live(shell)
    expected = f"error: probes/one.toml{said}"
    assert (status, line[: len(expected)]) == (2, expected)


def test_a_name_that_does_not_resolve_is_an_error(shell: Shell) -> None:
    """One that no resolver is asked about: its label is too long."""
    write_probe(shell.home, "one", f'kind = "tcp"\nhost = "{"x" * 64}.test"\nport = 1', LATENCY)
    status, (line,) = live(shell)
    assert (status, line[:63]) == (2, "error: probes/one.toml:8: no good answer: name not found: xxxxx")


def test_a_probe_that_cannot_be_asked_does_not_run_its_command(shell: Shell) -> None:
    write_probe(shell.home, "one", 'kind = "command"\nargv = ["touch", "ran"]\nenv = { A = "${env:NO_SUCH}" }', STDOUT)
    assert live(shell)[0] == 2
    assert not (shell.home / "ran").exists()


def test_commands_of_steps_must_be_there_and_executable(shell: Shell, url: str) -> None:
    """Those of the rollback plan too: the day on which they are needed is the wrong one to find out."""
    (shell.home / "deploy").write_text("#!/no/such/interpreter\n")
    (shell.home / "deploy").chmod(0o755)
    side = (shell.home / "shop.toml").read_text()
    side = side.replace('"/bin/true"', '"./deploy"').replace('["true"]', '["true"]\ncwd = "gone"')
    (shell.home / "shop.toml").write_text(side)
    write_probe(shell.home, "one", f'kind = "http"\nurl = "{url}/good"')
    status, (step, rollback, _) = live(shell)
    assert status == 2
    assert step.startswith("error: shop.toml:2: [item.deploy.step]: cannot start ")
    assert step.endswith("its interpreter /no/such/interpreter is missing")
    assert rollback.startswith("error: shop.toml:7: [[rollback.step]] 1: cannot work in ")


def test_live_says_which_commands_it_runs_and_gives_json(shell: Shell) -> None:
    write_probe(shell.home, "one", 'kind = "command"\nargv = ["echo", "fine"]', STDOUT)
    ended = shell.run("lint", "shop.md", "--probes", "probes", "--live", "--json")
    assert ended.err == f"one runs echo fine in {shell.home}\n0 errors, 0 warnings\n"
    (finding,) = json.loads(ended.out)
    assert (finding["severity"], finding["file"], finding["line"]) == ("info", "probes/one.toml", 8)


def test_without_live_nothing_is_asked_or_run(shell: Shell) -> None:
    write_probe(shell.home, "one", 'kind = "command"\nargv = ["touch", "ran"]', STDOUT)
    ended = shell.run("lint", "shop.md", "--probes", "probes")
    assert (ended.status, ended.out, ended.err) == (0, "", "0 errors, 0 warnings\n")
    assert not (shell.home / "ran").exists()
