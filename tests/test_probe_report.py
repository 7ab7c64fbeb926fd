"""Reports of other tools, as really written by them, and each way in which one has been taken for a good result."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from probe_kit import probe, read
from warroom.core.probe import Reading
from warroom.probing.reports.table import READERS, Format

REPORTS = Path(__file__).parent / "reports"
SENT = ({"get": "requests", "fail": "< 1"},)

SIEGE = {
    "transactions": 0, "successful_transactions": 0, "failed_transactions": 0, "elapsed_time": 2.5,
    "longest_transaction": 0.35,
}  # fmt: skip


async def value_of(path: Path, format_: str, get: str, rule: str = "== -1", *more: dict[str, Any]) -> Reading:
    source = {"kind": "report", "path": str(path), "format": format_, "max_age": "9000d"}
    return await read(probe(source, {"get": get, "fail": rule}, *more))


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[str, Callable[[Any], object]], Path]:
    """A recorded JSON report with something different in it."""

    def change(name: str, edit: Callable[[Any], object]) -> Path:
        document = json.loads((REPORTS / name).read_text())
        edit(document)
        path = tmp_path / name
        path.write_text(json.dumps(document))
        return path

    return change


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "report"
        path.write_text(text)
        return path

    return write


@pytest.mark.parametrize(
    ("name", "format_", "values"),
    [
        ("lighthouse_bad_13.json", "lighthouse", {
            "performance": 63, "accessibility": 23, "audit:unsized-images": 50, "audit:accesskeys": None,
            "json:$.lighthouseVersion": "13.5.0", "json:$.audits['bootup-time'].numericValue": 3599.77, "seo": None,
        }),
        ("npm_audit_vulns.json", "npm-audit", {
            "high": 1, "critical": 1, "moderate": 0, "low": 0, "info": 0, "total": 2,
        }),
        ("b.sarif", "sarif", {"results": 1, "errors": 0, "warnings": 0, "notes": 1}),
        ("j.xml", "junit", {
            "tests": 4, "passed": 1, "failures": 1, "errors": 1, "skipped": 1, "time_s": 0,
        }),
        ("k6_export.json", "k6", {
            "requests": 32592, "failed": 0, "failed_rate": 0, "rps": 8140.75, "duration_s": 4.004, "p50_ms": 1.493,
            "p90_ms": None, "p95_ms": 7.479, "p99_ms": 15.45, "max_ms": 61.93, "vus_max": 20, "checks_rate": 1,
            "thresholds_crossed": 0,
        }),
        ("k6_fail.json", "k6", {"requests": 33954, "failed_rate": 0, "p95_ms": 6.896, "thresholds_crossed": 1}),
        ("k6_handle.json", "k6", {
            "requests": 41045, "failed": 0, "failed_rate": 0, "rps": 10247.12, "p95_ms": 5.754, "p99_ms": 10.77,
            "max_ms": 122.75, "vus_max": 20, "checks_rate": 1, "thresholds_crossed": 0,
        }),
        ("locust.json", "locust", {
            "requests": 2827, "failed": 0, "failed_rate": 0, "duration_s": 2.966, "rps": 953.25, "p50_ms": 1,
            "p95_ms": 5, "p99_ms": 23, "max_ms": 28.47,
        }),
        ("lc_stats.csv", "locust", {
            "requests": 2789, "failed": 0, "failed_rate": 0, "rps": 929.79, "p50_ms": 1, "p90_ms": 3, "p95_ms": 5,
            "p99_ms": 24, "max_ms": 28.47,
        }),
        ("wrk.json", "wrk", {
            "requests": 148559, "failed": 0, "failed_rate": 0, "duration_s": 3.004, "p50_ms": 0.694, "p90_ms": None,
            "p95_ms": 1.399, "p99_ms": 7.308, "max_ms": 26.104,
        }),
        ("ab.csv", "ab", {"p50_ms": 0.429, "p90_ms": 0.688, "p95_ms": 0.951, "p99_ms": 1.931, "max_ms": 5.397}),
        ("hey.csv", "hey", {
            "requests": 199, "failed": 0, "failed_rate": 0, "p50_ms": 4.5, "p95_ms": 33.4, "max_ms": 34.2,
        }),
    ],
)  # fmt: skip
async def test_real_reports_are_read(name: str, format_: str, values: dict[str, Any]) -> None:
    for get, expected in values.items():
        rule = '== ""' if isinstance(expected, str) else "== -1"
        reading = await value_of(REPORTS / name, format_, get, rule, *(SENT if format_ == "hey" else ()))
        near = pytest.approx(expected, rel=0.01, abs=0.001) if isinstance(expected, int | float) else expected
        assert (get, reading.value) == (get, near), reading.text


# --- what has been taken for good, or for bad


async def test_npm_tells_findings_from_a_dead_registry() -> None:
    """It exits 1 for both."""
    assert (await value_of(REPORTS / "npm_audit_vulns.json", "npm-audit", "critical", "> 0")).outcome == "fail"
    dead = await value_of(REPORTS / "npm_audit_endpoint_405.json", "npm-audit", "critical", "> 0")
    assert dead.outcome == "error"
    assert dead.text.startswith("npm audited nothing: 405 Method Not Allowed - POST")


async def test_an_npm_report_of_another_form_is_not_guessed_at(changed: Any) -> None:
    """As of npm 6, or of whatever else has counts in it."""
    path = changed("npm_audit_vulns.json", lambda document: document.pop("auditReportVersion"))
    assert (await value_of(path, "npm-audit", "low", "> 0")).text == (
        "npm audited nothing: there is no auditReportVersion 2"
    )


async def test_packages_that_were_skipped_were_not_audited(written: Callable[[str], Path]) -> None:
    """pip-audit exits 0 when it found out about none."""
    skipped = await value_of(REPORTS / "pip_audit_all_skipped.json", "pip-audit", "vulnerabilities", "> 0")
    assert skipped.outcome == "error"
    assert skipped.text.startswith("pip-audit audited none of 2 packages; requests: Dependency not found on PyPI")
    one = {"name": "jinja2", "version": "2.10", "vulns": []}
    partly = written(json.dumps({"dependencies": [one, {"name": "own", "skip_reason": "not on PyPI"}]}))
    some = await value_of(partly, "pip-audit", "vulnerabilities", "> 0")
    assert (some.outcome, some.text) == ("error", "pip-audit skipped 1 of 2 packages; own: not on PyPI")
    assert (await value_of(partly, "pip-audit", "skipped", "> 1")).outcome == "ok"


@pytest.mark.parametrize(("name", "crossed"), [("k6_export.json", 0), ("k6_fail.json", 1), ("k6_handle.json", 0)])
async def test_k6_thresholds_mean_the_opposite_in_its_two_forms(name: str, crossed: int) -> None:
    assert (await value_of(REPORTS / name, "k6", "thresholds_crossed")).value == crossed


async def test_a_crossed_threshold_of_handle_summary_counts(changed: Any) -> None:
    def cross(document: Any) -> None:
        document["metrics"]["http_req_duration"]["thresholds"]["p(95)<300"]["ok"] = False

    assert (await value_of(changed("k6_handle.json", cross), "k6", "thresholds_crossed")).value == 1


@pytest.mark.parametrize("name", ["k6_export.json", "k6_handle.json"])
async def test_what_k6_counts_as_passes_of_failed_requests_are_failures(name: str, changed: Any) -> None:
    def fail(document: Any) -> None:
        metric = document["metrics"]["http_req_failed"]
        stats = metric.get("values", metric)
        rate = "rate" if "values" in metric else "value"
        stats.update({"passes": 30, "fails": 970, rate: 0.03})

    path = changed(name, fail)
    assert (await value_of(path, "k6", "failed")).value == 30
    assert (await value_of(path, "k6", "failed_rate")).value == 0.03


async def test_a_load_test_of_a_dead_port_is_no_result(written: Callable[[str], Path]) -> None:
    """hey exits 0 against one, and leaves a file with no more than its header."""
    header = (REPORTS / "hey.csv").read_text().splitlines()[0]
    for format_, text in (
        ("hey", header),
        ("k6", '{"metrics": {"http_reqs": {"count": 0, "rate": 0}}}'),
        ("k6", '{"metrics": {}}'),
        ("siege", json.dumps(SIEGE | {"failed_transactions": 10})),
        ("locust", "[]"),
        ("locust", (REPORTS / "lc_stats.csv").read_text().splitlines()[0] + "\n,Aggregated,0,0,0,0"),
    ):
        reading = await value_of(written(text), format_, "failed_rate", "> 0.01")
        assert (format_, reading.outcome) == (format_, "error")
        assert reading.text.endswith("reports no request that was answered")


async def test_the_score_of_a_page_that_did_not_load_is_no_score(changed: Any) -> None:
    def unscored(document: Any) -> None:
        document["categories"]["performance"]["score"] = None

    def broken(document: Any) -> None:
        document["runtimeError"] = {"code": "NO_FCP", "message": "The page did not paint any content."}

    null = await value_of(changed("lighthouse_bad_13.json", unscored), "lighthouse", "performance", "<= 90")
    assert (null.outcome, null.text.startswith("Lighthouse gives no score for performance")) == ("error", True)
    error = await value_of(changed("lighthouse_bad_13.json", broken), "lighthouse", "performance", "<= 90")
    assert (error.outcome, error.text.startswith("Lighthouse could not load the page: NO_FCP")) == ("error", True)


@pytest.mark.parametrize(("score", "outcome"), [(0.9, "fail"), (0.57, "fail"), (0.91, "ok")])
async def test_a_score_of_90_is_not_above_90(score: float, outcome: str, changed: Any) -> None:
    def scored(document: Any) -> None:
        document["categories"]["performance"]["score"] = score

    reading = await value_of(changed("lighthouse_bad_13.json", scored), "lighthouse", "performance", "<= 90")
    assert (reading.outcome, reading.value) == (outcome, round(score * 100))


@pytest.mark.parametrize(
    "text",
    [
        (REPORTS / "empty.xml").read_text(),
        '<testsuite tests="0"/>',
        '<testsuite tests="1"><testcase name="a"><skipped/></testcase></testsuite>',
    ],
)
async def test_a_test_run_in_which_nothing_ran_is_no_pass(text: str, written: Callable[[str], Path]) -> None:
    reading = await value_of(written(text), "junit", "failures", "> 0")
    assert (reading.outcome, reading.text.endswith("of which none ran")) == ("error", True)


@pytest.mark.parametrize(
    ("suites", "errors"),
    [
        ('<testsuite errors="1"/>', 1),
        ('<testsuite errors="2"><testsuite errors="1"/><testsuite errors="1"/></testsuite>', 2),
        ('<testsuite><testsuite errors="1"/><testsuite errors="1"/></testsuite>', 2),
        ('<testsuite errors="1"><testcase name="a"><error/></testcase></testsuite>', 1),
    ],
)
async def test_suites_that_broke_before_their_first_test_count(
    suites: str, errors: int, written: Callable[[str], Path]
) -> None:
    path = written(f"<testsuites>{suites}<testsuite><testcase name='z'/></testsuite></testsuites>")
    assert (await value_of(path, "junit", "errors", "> 0")).value == errors


async def test_no_entities_are_expanded(written: Callable[[str], Path]) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><testsuite name="&b;"/>'
    reading = await value_of(written(bomb), "junit", "failures", "> 0")
    assert (reading.outcome, reading.text) == ("error", "a JUnit report with a document type is not read")


async def test_a_scan_that_broke_off_is_no_clean_scan(changed: Any) -> None:
    def broke(document: Any) -> None:
        document["runs"][0]["invocations"][0]["executionSuccessful"] = False

    def unscanned(document: Any) -> None:
        document["runs"][0]["results"] = None

    for edit, text in (
        (broke, "the scan by Bandit did not get to its end"),
        (unscanned, "the scan by Bandit did not get to its end"),
        (lambda document: document.update(runs=[]), "the SARIF report has no runs: nothing was scanned"),
    ):
        reading = await value_of(changed("b.sarif", edit), "sarif", "errors", "> 0")
        assert (reading.outcome, reading.text) == ("error", text)


@pytest.mark.parametrize(
    ("result", "errors", "results"),
    [
        ({"level": "error"}, 1, 1),
        ({"ruleId": "B105"}, 1, 1),
        ({"ruleId": "other"}, 0, 1),
        ({"level": "error", "kind": "pass"}, 0, 0),
        ({"level": "error", "suppressions": [{"kind": "inSource"}]}, 0, 0),
        ({"level": "error", "suppressions": []}, 1, 1),
        ({"level": "error", "baselineState": "absent"}, 0, 0),
    ],
)
async def test_findings_have_the_level_of_their_rule_and_may_be_settled(
    result: dict[str, Any], errors: int, results: int, changed: Any
) -> None:
    def edit(document: Any) -> None:
        run = document["runs"][0]
        run["results"] = [result]
        run["tool"]["driver"]["rules"][0]["defaultConfiguration"] = {"level": "error"}

    path = changed("b.sarif", edit)
    assert (await value_of(path, "sarif", "errors")).value == errors
    assert (await value_of(path, "sarif", "results")).value == results


async def test_errors_of_wrk_and_hey_are_failures(changed: Any, written: Callable[[str], Path]) -> None:
    wrk = changed("wrk.json", lambda document: document.update(requests=90, errors={"status": 9, "timeout": 10}))
    assert (await value_of(wrk, "wrk", "failed_rate")).value == 0.19
    text = (REPORTS / "hey.csv").read_text().replace(",200,", ",503,", 4)
    assert (await value_of(written(text), "hey", "failed", "> 9", *SENT)).value == 4


async def test_what_hey_leaves_out_must_be_looked_for() -> None:
    """Its report has no line for a request without an answer, so half a dead service looks perfect."""
    naive = await value_of(REPORTS / "hey.csv", "hey", "failed_rate", "> 0.01")
    assert (naive.outcome, naive.text) == (
        "error",
        "hey leaves out requests without an answer: add a check of requests",
    )
    sent = {"get": "requests", "fail": "< 400"}
    assert (await value_of(REPORTS / "hey.csv", "hey", "failed_rate", "> 0.01", sent)).text == "requests 199 < 400"


@pytest.mark.parametrize(
    ("counts", "failed"),
    [
        ((10, 10, 0), 0),
        ((10, 0, 0), 10),  # answered with 404, which it counts as available
        ((10, 30, 10), 10),  # redirects that it followed count as successes of their own
        ((10, 8, 5), 7),
    ],
)
async def test_siege_does_not_call_everything_a_failure_that_is_one(
    counts: tuple[int, int, int], failed: int, written: Callable[[str], Path]
) -> None:
    path = written(json.dumps(SIEGE | dict(zip(SIEGE, counts, strict=False))))
    assert (await value_of(path, "siege", "failed")).value == failed
    assert (await value_of(path, "siege", "failed_rate")).value == failed / (counts[0] + counts[2])


async def test_an_audit_of_a_project_without_dependencies_is_none(changed: Any) -> None:
    """As npm finds one in a wrong directory: no findings, and it exits 0."""

    def empty(document: Any) -> None:
        document["metadata"]["vulnerabilities"] = dict.fromkeys(document["metadata"]["vulnerabilities"], 0)
        document["metadata"]["dependencies"]["total"] = 0

    reading = await value_of(changed("npm_audit_vulns.json", empty), "npm-audit", "critical", "> 0")
    assert (reading.outcome, reading.text) == ("error", "npm audited nothing: the project has no dependencies")


@pytest.mark.parametrize("format_", READERS)
@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "<html>404</html>", "<a>", "\xff", "[[1]]", '{"metrics": 1}'])
async def test_what_is_no_report_is_unknown(format_: Format, text: str, written: Callable[[str], Path]) -> None:
    get = next(iter(READERS[format_].offers)).replace("$.a.b", "$.a")
    reading = await value_of(written(text), format_, get)
    assert reading.outcome == ("no_data" if format_ == "json" and text[:1] in "n[{" and text else "error")
