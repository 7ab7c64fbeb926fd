"""`warroom check`: one reading of each probe, as a table, as JSON and as the JUnit XML that CI servers take."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli_kit import Ended, Shell
from http_traps import Reply, Request, free_port, serve
from probe_kit import probe
from warroom.core.probe import Outcome, ProbeSpec, Reading
from warroom.probing.reports.junit import JUNIT
from warroom.report.junit import junit_xml

OK, WARN, FAIL, UNKNOWN = 0, 1, 2, 3
LATE = {"good": "5", "slow": "15", "bad": "25", "silent": "null"}


def write_probes(home: Path, url: str, *names: str) -> Path:
    """A probe for each name, which asks for `/NAME`."""
    directory = home / "probes"
    directory.mkdir(exist_ok=True)
    for name in names:
        (directory / f"{name}.toml").write_text(
            f'title = "The {name} one"\nevery = "10s"\ndeadline = "5s"\n[source]\nkind = "http"\nurl = "{url}/{name}"\n'
            '[[check]]\nget = "json:$.late"\nlabel = "late"\nunit = "ms"\nwarn = "> 10"\nfail = "> 20"\n',
            encoding="utf-8",
        )
    return directory


def write_command(home: Path, script: str) -> Path:
    """A probe that runs a Python script and looks at what it prints."""
    (home / "probes").mkdir(exist_ok=True)
    path = home / "probes" / "command.toml"
    path.write_text(
        'title = "Command"\nevery = "10s"\ndeadline = "9s"\n[[check]]\nget = "stdout"\nfail = \'== "bad"\'\n[source]\n'
        f'kind = "command"\nargv = [{json.dumps(sys.executable)}, "-c", {json.dumps(script)}]\n'
        'env = { WORD = "${env:PATH}" }\n',
        encoding="utf-8",
    )
    return path


def answer(request: Request) -> Reply:
    return Reply(body=f'{{"late": {LATE[request.path[1:]]}}}')


@pytest.fixture
def url() -> Iterator[str]:
    with serve(answer) as url:
        yield url


@pytest.mark.parametrize(
    ("names", "status", "told"),
    [
        (["good"], OK, "1 probe: 1 ok"),
        (["good", "slow"], WARN, "2 probes: 1 ok, 1 warn"),
        (["good", "slow", "bad", "silent"], FAIL, "4 probes: 1 ok, 1 warn, 1 fail, 1 no data"),
        (["good", "silent"], UNKNOWN, "2 probes: 1 ok, 1 no data"),
        (["slow", "silent"], UNKNOWN, "2 probes: 1 warn, 1 no data"),
    ],
)
def test_it_exits_by_the_worst_of_all_probes(
    tmp_path: Path, url: str, names: list[str], status: int, told: str
) -> None:
    ended = Shell(tmp_path).run("check", write_probes(tmp_path, url, *names))
    assert (ended.status, ended.err) == (status, f"{told}\n")
    assert [re.split(" {2,}", line)[1] for line in ended.out.splitlines()] == sorted(names)


def test_the_table_and_the_json_tell_what_was_measured(tmp_path: Path, url: str) -> None:
    write_probes(tmp_path, url, "slow")
    line = Shell(tmp_path).run("check", "probes/slow.toml").out
    assert re.fullmatch(rf"warn  slow  15 ms  \d+ ms  late 15 ms > 10 ms, {url.removeprefix('http://')}\n", line)
    (told,) = json.loads(Shell(tmp_path).run("check", "probes", "--json").out)
    assert told.items() >= {
        "id": "slow", "title": "The slow one", "kind": "http", "outcome": "warn", "value": 15, "unit": "ms",
        "text": "late 15 ms > 10 ms",
    }.items()  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", told["time"])


def test_a_port_where_nobody_listens_fails_in_one_line(tmp_path: Path) -> None:
    """A service that does not answer is what a health probe is there to find."""
    ended = Shell(tmp_path).run("check", write_probes(tmp_path, f"http://127.0.0.1:{free_port()}", "health"))
    assert ended.status == FAIL
    (line,) = ended.out.splitlines()
    assert "connection refused" in line


def test_commands_are_shown_before_they_run_as_written_and_where(tmp_path: Path) -> None:
    """The probe looks whether stderr held its own command when it ran."""
    write_command(tmp_path, "print('shown' if 'command runs WORD=' in open('told').read() else 'bad')")
    with (tmp_path / "told").open("w") as told:
        ended = Shell(tmp_path).pipe(f"warroom check probes 2>{told.name}")
    assert ended.out.splitlines()[-1] == "0", ended.out
    shown = (tmp_path / "told").read_text().splitlines()[0]
    assert shown.startswith(f"command runs WORD='${{env:PATH}}' {sys.executable} -c ")
    assert shown.endswith(f" in {tmp_path}")


@pytest.mark.parametrize("form", [(), ("--json",), ("--junit",)])
def test_no_secret_is_printed(tmp_path: Path, form: tuple[str, ...]) -> None:
    """A program may print what stands in the environment, which no probe was given."""
    write_command(tmp_path, "import os; print(os.environ['SHOP_API_TOKEN'], 'esrohtcerroc=drowssap'[::-1])")
    ended = Shell(tmp_path, SHOP_API_TOKEN="zebra-battery-9").run("check", "probes", *form)
    assert (ended.status, "[redacted]" in ended.out) == (OK, True)
    assert not re.search("zebra-battery-9|correcthorse", ended.out + ended.err)


# --- JUnit XML


SUITE = {"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id", "package",
         "file", "log", "url"}  # fmt: skip
SECONDS = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")
ENDINGS = {"failure", "error", "skipped"}


def assert_junit_10(root: Xml.Element) -> None:
    """What junit-10.xsd of Jenkins' xUnit plugin says of these files, and what GitLab and GitHub's readers want too."""
    assert root.tag == "testsuites"
    assert set(root.attrib) <= {"name", "time", "tests", "failures", "errors"}
    assert SECONDS.fullmatch(root.attrib["time"])
    assert {suite.tag for suite in root} == {"testsuite"}
    for suite in root:
        assert {"name", "tests", "failures", "errors"} <= set(suite.attrib) <= SUITE
        assert SECONDS.fullmatch(suite.attrib["time"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
        assert {case.tag for case in suite} <= {"properties", "testcase", "system-out", "system-err"}
        assert not (suite.text or "").strip()
        for case in suite.iter("testcase"):
            assert {"name", "classname", "time"} <= set(case.attrib) <= {"name", "classname", "time", "group"}
            assert SECONDS.fullmatch(case.attrib["time"])
            assert {part.tag for part in case} <= ENDINGS | {"system-out", "system-err"}
            assert sum(part.tag in ENDINGS for part in case) <= 1
            assert all(set(part.attrib) <= {"type", "message"} for part in case if part.tag in ENDINGS)
            assert all(not part.attrib and not len(part) for part in case if part.tag not in ENDINGS)
        for tag, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert int(suite.attrib[attribute]) == len(list(suite.iter(tag)))
        assert int(suite.attrib["tests"]) == len(list(suite.iter("testcase")))


def junit(ended: Ended) -> Xml.Element:
    root = Xml.fromstring(ended.out)
    assert_junit_10(root)
    return root


def test_a_junit_report_tells_failures_from_what_could_not_be_measured(tmp_path: Path, url: str) -> None:
    write_probes(tmp_path, url, *LATE)
    ended = Shell(tmp_path).run("check", "probes", "--junit")
    cases = {case.attrib["name"]: case for case in junit(ended).iter("testcase")}
    assert ended.status == FAIL
    assert {name: [part.tag for part in case] for name, case in cases.items()} == {
        "bad": ["failure"], "good": ["system-out"], "silent": ["error"], "slow": ["system-out"],
    }  # fmt: skip
    assert {case.attrib["classname"] for case in cases.values()} == {"warroom.http"}
    assert cases["bad"][0].attrib == {"type": "fail", "message": "late 25 ms > 20 ms"}
    assert cases["silent"][0].attrib["type"] == "no_data"
    assert (cases["slow"][0].text or "").splitlines()[:2] == ["The slow one", "warn: late 15 ms > 10 ms"]


def test_our_own_reader_counts_the_same(tmp_path: Path, url: str) -> None:
    """So that a `report` probe can rest on what `check` found elsewhere."""
    write_probes(tmp_path, url, *LATE)
    ended = Shell(tmp_path).run("check", "probes", "--junit")
    told = JUNIT.read(ended.out.encode(), frozenset())
    assert [told[name] for name in ("tests", "passed", "failures", "errors", "skipped")] == [4, 2, 1, 1, 0]
    assert told["time_s"] == pytest.approx(float(junit(ended).attrib["time"]), abs=0.002)


def reading(spec: ProbeSpec, outcome: Outcome, text: str) -> Reading:
    return Reading(
        probe=spec.id, at_us=1_772_395_200_000_000, mono_us=0, took_us=1_234_567, outcome=outcome, value=text, text=text
    )


@given(st.text(st.characters(exclude_categories=())), st.sampled_from(["ok", "warn", "fail", "no_data", "error"]))
def test_any_text_makes_a_well_formed_report(text: str, outcome: Outcome) -> None:
    spec = probe({"kind": "tcp", "host": "x", "port": 1}, {"get": "banner", "fail": '== "x"'}, title=text)
    written = junit_xml([(spec, reading(spec, outcome, text))], host=text)
    root = Xml.fromstring(written.encode())
    assert_junit_10(root)
    assert root.attrib["time"] == "1.235"


def test_what_xml_cannot_hold_is_gone_and_the_rest_is_whole() -> None:
    spec = probe({"kind": "tcp", "host": "x", "port": 1}, {"get": "banner", "fail": '== "x"'})
    said = "a\x00b\x1b[31mc\ufffed ]]> <e> & \"f\" 'বাং'"
    written = junit_xml([(spec, reading(spec, "fail", said))], host="ci-1")
    (failure,) = Xml.fromstring(written.encode()).iter("failure")
    assert failure.attrib["message"] == "a␀bcd ]]> <e> & \"f\" 'বাং'"


def test_two_formats_at_once_are_refused(tmp_path: Path, url: str) -> None:
    write_probes(tmp_path, url, "good")
    assert "give one of them" in Shell(tmp_path).refused(2, "check", "probes", "--json", "--junit")
