"""The command source with real processes: what it reads, what is no answer, and that nothing stays behind."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from probe_kit import probe, read
from running_kit import is_alive, wait_until
from warroom.core.probe import Reading
from warroom.probing.sources.table import check_source, check_spec

BAD = {"fail": "> 5"}


async def ran(script: str, check: dict[str, Any], environ: dict[str, str] | None = None, **source: Any) -> Reading:
    """What a small shell script says."""
    fields = {name: source.pop(name) for name in ("deadline",) if name in source}
    return await read(probe({"kind": "command", "argv": ["/bin/sh", "-c", script]} | source, check, **fields), environ)


async def test_the_exit_status_is_a_value() -> None:
    reading = await ran("exit 3", {"get": "exit_status", "fail": "!= 0"})
    assert (reading.outcome, reading.text, reading.via) == ("fail", "exit_status 3 != 0", "sh")


async def test_a_failed_command_says_nothing_unless_its_status_is_checked() -> None:
    reading = await ran("echo 9; echo 'no such table' >&2; exit 2", {"get": "stdout", **BAD})
    assert (reading.outcome, reading.text) == ("error", "exit status 2: no such table")


async def test_stdout_is_read_and_stderr_is_not() -> None:
    assert (await ran("echo warning >&2; echo ' 4.2 '", {"get": "stdout", **BAD})).value == 4.2


@pytest.mark.parametrize(
    ("printed", "get", "outcome", "value"),
    [
        ('{"queue": {"depth": 7}}', "json:$.queue.depth", "fail", 7),
        ('{"queue": {"depth": 7}}', "json:$.queue.age", "no_data", None),
        ('[{"id": 1}, {"id": 2}]', "count:$", "ok", 2),
        ('{"results": {}}', "count:$.results", "ok", 0),
        ('{"results": null}', "count:$.results", "no_data", None),
        ("npm ERR!", "json:$.a", "error", None),
        ("", "json:$.a", "error", None),
    ],
)
async def test_json_is_read_by_path(printed: str, get: str, outcome: str, value: int | None) -> None:
    reading = await ran("printf '%s' \"$PRINTED\"", {"get": get, **BAD}, env={"PRINTED": printed})
    assert (reading.outcome, reading.value) == (outcome, value)


async def test_no_shell_ever_sees_the_arguments() -> None:
    code = "import json, sys; print(json.dumps({'argv': sys.argv[1]}))"
    source = {"kind": "command", "argv": [sys.executable, "-c", code, "$(id) ; `id` > x"]}
    reading = await read(probe(source, {"get": "json:$.argv", "fail": '== ""'}))
    assert reading.value == "$(id) ; `id` > x"
    with pytest.raises(ValueError, match="never one string for a shell"):
        check_source({"kind": "command", "argv": "rm -rf /"})


async def test_directory_and_variables_are_given(tmp_path: Path) -> None:
    script = 'printf "%s %s %s" "$PWD" "$REGION" "$HOME"'
    reading = await ran(script, {"get": "stdout", "fail": '== ""'}, cwd=str(tmp_path), env={"REGION": "dhaka"})
    assert reading.value == f"{tmp_path} dhaka {os.environ['HOME']}"


async def test_secrets_of_a_command_are_never_shown() -> None:
    environ, env = {"TOKEN": "hunter2hunter2"}, {"API": "${env:TOKEN}"}
    said = await ran('echo "$API"', {"get": "stdout", "fail": '== ""'}, environ, env=env)
    failed = await ran('echo "bad: $API" >&2; exit 1', {"get": "stdout", "fail": '== ""'}, environ, env=env)
    assert (said.value, failed.text) == ("[redacted]", "exit status 1: bad: [redacted]")


async def test_at_the_deadline_the_whole_group_ends(tmp_path: Path) -> None:
    """A command that ignores TERM, and a child of it that holds the pipe."""
    pids = tmp_path / "pids"
    script = f"trap '' TERM; sleep 60 & echo $$ $! > {pids}; wait; sleep 60"
    reading = await ran(script, {"get": "stdout", **BAD}, deadline="400ms")
    assert (reading.outcome, reading.text) == ("error", "no answer within 0.4 s")
    started = [int(pid) for pid in pids.read_text().split()]
    assert len(started) == 2
    wait_until(lambda: not any(map(is_alive, started)))


async def test_a_flood_is_cut_and_told() -> None:
    reading = await ran("head -c 6000000 /dev/zero", {"get": "exit_status", "fail": "!= 0"})
    assert (reading.outcome, reading.text) == ("error", "it printed more than 4 MiB")


@pytest.mark.parametrize(
    ("argv", "cwd", "text"),
    [
        (["no-such-program-anywhere"], "", "no such program: no-such-program-anywhere"),
        (["/bin/true"], "/no/such/place", "cannot work in /no/such/place: No such file or directory"),
        (["/bin/sh", "-c", "kill -KILL $$"], "", "/bin/sh was killed by SIGKILL"),
    ],
)
async def test_what_did_not_run_to_its_end_says_nothing(argv: list[str], cwd: str, text: str) -> None:
    source = {"kind": "command", "argv": argv, "cwd": cwd}
    reading = await read(probe(source, {"get": "exit_status", "fail": "!= 0"}))
    assert (reading.outcome, reading.text) == ("error", text)


def test_commands_are_shown_before_they_run(tmp_path: Path) -> None:
    """As written: what a placeholder stands for is not among it."""
    probe_file = tmp_path / "lag.toml"
    probe_file.write_text(
        'title = "Lag"\nevery = "5s"\ndeadline = "4s"\n[[check]]\nget = "exit_status"\nfail = "!= 0"\n[source]\n'
        'kind = "command"\nargv = ["/bin/sh", "-c", "test $0 = $EXPECTED", "${env:WORD}"]\ncwd = "/tmp"\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "warroom", "check", probe_file],
        capture_output=True, text=True, timeout=30, check=True,
        env={**os.environ, "WORD": "hunter2hunter2", "EXPECTED": "hunter2hunter2"},
    )  # fmt: skip
    assert done.stderr.startswith("lag runs /bin/sh -c 'test $0 = $EXPECTED' '${env:WORD}' in /tmp\n")
    assert done.stdout.startswith("ok ")


# --- Nagios plugins


@pytest.mark.parametrize(
    ("status", "printed", "get", "outcome", "value"),
    [
        (0, "OK - fine|time=0.2s;1;2;0", "nagios.status", "ok", "OK"),
        (2, "CRITICAL - down", "nagios.status", "fail", "CRITICAL"),
        (3, "UNKNOWN - no route", "nagios.status", "error", None),
        (127, "not found", "nagios.status", "error", None),
        (0, "", "nagios.status", "error", None),
        (1, "WARNING|time=250ms", "perf:time", "ok", 0.25),
        (0, "OK|'free space'=12GB;;;0 load=1,5\nmore|users=3", "perf:free space", "fail", 12e9),
        (0, "OK|'free space'=12GB;;;0 load=1,5\nmore|users=3", "perf:load", "ok", 1.5),
        (0, "OK|'free space'=12GB;;;0 load=1,5\nmore|users=3", "perf:users", "ok", 3),
        (0, "OK|load=U", "perf:load", "no_data", None),
    ],
)
async def test_nagios_plugins_are_understood(status: int, printed: str, get: str, outcome: str, value: Any) -> None:
    check = {"get": get, "fail": '== "CRITICAL"' if get == "nagios.status" else "> 5"}
    script = f"printf '%s' \"$PRINTED\"; exit {status}"
    reading = await ran(script, check, env={"PRINTED": printed}, format="nagios")
    assert (reading.outcome, reading.value) == (outcome, value)
    assert outcome != "error" or reading.text.startswith("the plugin ")


async def test_a_tools_report_on_stdout_is_read_whatever_its_exit_status() -> None:
    reports = Path(__file__).parent / "reports"
    check = {"get": "critical", "fail": "> 0"}
    found = await ran(f"cat {reports}/npm_audit_vulns.json; exit 1", check, format="npm-audit")
    dead = await ran(f"cat {reports}/npm_audit_endpoint_405.json; exit 1", check, format="npm-audit")
    assert (found.outcome, found.value) == ("fail", 1)
    assert dead.outcome == "error"
    assert dead.text.startswith("npm audited nothing: 405 Method Not Allowed")


@pytest.mark.parametrize(
    ("source", "check", "words"),
    [
        ({"argv": []}, {}, "at least 1"),
        ({"argv": ["x"], "format": "npm"}, {}, "npm-audit"),
        ({"argv": ["x"]}, {"get": "stdot"}, 'did you mean "stdout"'),
        ({"argv": ["x"]}, {"get": "json:a"}, "no JSON path"),
        ({"argv": ["x"], "format": "nagios"}, {"get": "stdout"}, 'has no "stdout"'),
        ({"argv": ["x"], "format": "k6"}, {"get": "p96_ms"}, "did you mean"),
    ],
)
def test_a_file_that_cannot_work_is_refused(source: dict[str, Any], check: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_spec(probe({"kind": "command"} | source, {"get": "exit_status", **BAD} | check))
