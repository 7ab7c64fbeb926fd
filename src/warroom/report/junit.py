"""Readings as JUnit XML, for the test reports of CI servers. It keeps to what Jenkins' schema (junit-10.xsd) allows."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from warroom.core import views
from warroom.core.plain import one_line
from warroom.core.probe import ProbeSpec, Reading, show

_SUITE = "warroom check"

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped (https://www.w3.org/TR/xml/#charsets)."""


def junit_xml(readings: Sequence[tuple[ProbeSpec, Reading]], *, host: str) -> str:
    """One suite with a test case for each probe; `host` took the readings.

    A fail is a `failure`. What could not be measured is an `error`. A warn passes, and says so in its output.
    """
    outcomes = [reading.outcome for _, reading in readings]
    told = {
        "name": _SUITE,
        "tests": str(len(readings)),
        "failures": str(outcomes.count("fail")),
        "errors": str(outcomes.count("error") + outcomes.count("no_data")),
        "time": _seconds(sum(reading.took_us for _, reading in readings)),
    }
    suites = Xml.Element("testsuites", told)
    began = views.utc(min((reading.at_us for _, reading in readings), default=0))
    # A time without fraction and zone is the only form that all readers of these files take.
    more = {"skipped": "0", "timestamp": began[:19], "hostname": _allowed(host)}
    suite = Xml.SubElement(suites, "testsuite", {**told, **more})
    for spec, reading in readings:
        _add_case(suite, spec, reading)
    Xml.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(suites, encoding="unicode")


def _add_case(suite: Xml.Element, spec: ProbeSpec, reading: Reading) -> None:
    names = {"classname": f"warroom.{_allowed(spec.kind)}", "name": _allowed(spec.id)}
    case = Xml.SubElement(suite, "testcase", {**names, "time": _seconds(reading.took_us)})
    if reading.outcome in ("ok", "warn"):
        detail = Xml.SubElement(case, "system-out")
    else:
        tag = "failure" if reading.outcome == "fail" else "error"
        detail = Xml.SubElement(case, tag, {"type": reading.outcome, "message": _allowed(reading.text)})
    detail.text = _told(spec, reading)


def _told(spec: ProbeSpec, reading: Reading) -> str:
    value = "" if reading.value is None else f"value {show(reading.value)} {reading.unit}".strip()
    parts = (spec.title, f"{reading.outcome}: {reading.text}", value, reading.via, views.utc(reading.at_us))
    return "\n".join(_allowed(part) for part in parts if part)


def _allowed(text: str) -> str:
    return _NO_XML.sub("", one_line(text))


def _seconds(microseconds: int) -> str:
    return f"{microseconds / 1e6:.3f}"
