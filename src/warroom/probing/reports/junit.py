"""JUnit XML, as nearly every test runner writes it. Read as a stream; no document type, so no entities that explode."""

from collections import Counter
from typing import NamedTuple, NoReturn
from xml.parsers import expat

from warroom.core.rules import Value
from warroom.probing.reports.reader import Reader
from warroom.probing.source import Trouble

_ENDINGS = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def _junit(content: bytes, _gets: frozenset[str]) -> dict[str, Value]:
    """Counts. A file in which nothing ran is no pass."""
    tally = _Tally()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler, parser.EndElementHandler = tally.start, tally.end
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Trouble(f"this is no JUnit report: {expat.ErrorString(error.code)}, line {error.lineno}") from None
    return tally.values()


def _refuse_doctype(*_declaration: object) -> NoReturn:
    raise Trouble("a JUnit report with a document type is not read")


class _Suite(NamedTuple):
    """A suite whose end was not seen yet."""

    told: Counter[str]
    """What its attributes say, with or without the suites inside it."""
    inside: Counter[str]
    """What the suites inside it add up to."""


class _Tally:
    """Takes the elements of one file."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._cases: Counter[str] = Counter()
        self._suites = [_Suite(Counter(), Counter())]
        """The open ones; the first stands for the whole file."""
        self._time_s = 0.0
        self._ended = False
        """Whether the current test case was counted as failed or skipped: it may have a failure and an error."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        parent = self._path[-1] if self._path else ""
        if not parent and name not in ("testsuites", "testsuite"):
            raise Trouble(f"this is no JUnit report: it begins with {name}")
        self._path.append(name)
        if name == "testsuite":
            told = Counter({ending: _count(attributes.get(ending)) for ending in ("failures", "errors")})
            self._suites.append(_Suite(told, Counter()))
        elif name == "testcase":
            self._cases["tests"] += 1
            self._ended = False
            self._time_s += _seconds(attributes.get("time"))
        elif parent == "testcase" and name in _ENDINGS and not self._ended:
            self._cases[_ENDINGS[name]] += 1
            self._ended = True

    def end(self, name: str) -> None:
        self._path.pop()
        if name == "testsuite":
            suite = self._suites.pop()
            self._suites[-1].inside.update(suite.told | suite.inside)

    def values(self) -> dict[str, Value]:
        """A suite that broke before its first case says so in its attributes only."""
        tests, skipped = self._cases["tests"], self._cases["skipped"]
        bad = self._cases | self._suites[0].inside
        failures, errors = bad["failures"], bad["errors"]
        if tests == skipped and not failures and not errors:
            raise Trouble(f"the JUnit report has {tests} tests, of which none ran")
        passed = max(0, tests - skipped - failures - errors)
        return {
            "tests": tests, "passed": passed, "failures": failures, "errors": errors, "skipped": skipped,
            "time_s": self._time_s,
        }  # fmt: skip


def _count(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def _seconds(text: str | None) -> float:
    try:
        return float((text or "0").replace(",", ""))
    except ValueError:
        return 0.0


JUNIT = Reader(_junit, ("tests", "passed", "failures", "errors", "skipped", "time_s"))
