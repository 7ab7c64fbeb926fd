"""Reports of security tools: `npm audit --json`, `pip-audit --format json`, and SARIF of many scanners."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from warroom.core.rules import Value
from warroom.probing.json_values import parse_json
from warroom.probing.reports.reader import Reader, model_of
from warroom.probing.source import Trouble


class _Severities(BaseModel):
    info: int
    low: int
    moderate: int
    high: int
    critical: int
    total: int


class _NpmDependencies(BaseModel):
    total: int


class _NpmMetadata(BaseModel):
    vulnerabilities: _Severities
    dependencies: _NpmDependencies


class _NpmAudit(BaseModel):
    auditReportVersion: Literal[2]  # noqa: N815  # npm's name
    metadata: _NpmMetadata


def _npm_audit(content: bytes, _gets: frozenset[str]) -> dict[str, Value]:
    """npm exits 1 for findings and for a registry that did not answer; only the report tells them apart.

    In a wrong directory it may find a project without dependencies, and exits 0.
    """
    try:
        document: Any = parse_json(content)
        report = _NpmAudit.model_validate(document)
    except ValidationError:
        raise Trouble(f"npm audited nothing: {_npm_error(document)}") from None
    except ValueError:
        raise Trouble("npm audited nothing: its output is not JSON") from None
    if not report.metadata.dependencies.total:
        raise Trouble("npm audited nothing: the project has no dependencies")
    return dict(report.metadata.vulnerabilities)


def _npm_error(document: Any) -> str:
    fields = document if isinstance(document, dict) else {}
    error = fields.get("error")
    summary = error.get("summary") if isinstance(error, dict) else None
    return str(fields.get("message") or summary or "there is no auditReportVersion 2")


class _Dependency(BaseModel):
    name: str
    vulns: list[Any] | None = None
    skip_reason: str = ""


class _PipAudit(BaseModel):
    dependencies: list[_Dependency]


def _pip_audit(content: bytes, gets: frozenset[str]) -> dict[str, Value]:
    """pip-audit exits 0 when it skipped packages, even all of them; a skipped one has no `vulns`."""
    packages = model_of(_PipAudit, content, "report of pip-audit").dependencies
    audited = [package.vulns for package in packages if package.vulns is not None]
    skipped = [package for package in packages if package.vulns is None]
    if not audited:
        raise Trouble(f"pip-audit audited none of {len(packages)} packages{_why_skipped(skipped)}")
    if skipped and "skipped" not in gets:
        raise Trouble(f"pip-audit skipped {len(skipped)} of {len(packages)} packages{_why_skipped(skipped)}")
    return {
        "vulnerabilities": sum(map(len, audited)),
        "vulnerable": sum(map(bool, audited)),
        "audited": len(audited),
        "skipped": len(skipped),
    }


def _why_skipped(skipped: list[_Dependency]) -> str:
    return f"; {skipped[0].name}: {skipped[0].skip_reason or 'no reason'}" if skipped else ""


class _Configuration(BaseModel):
    level: str = "warning"


class _SarifRule(BaseModel):
    id: str
    defaultConfiguration: _Configuration = _Configuration()  # noqa: N815  # SARIF's name


class _Driver(BaseModel):
    name: str
    rules: list[_SarifRule] = []


class _Tool(BaseModel):
    driver: _Driver


class _Invocation(BaseModel):
    executionSuccessful: bool  # noqa: N815  # SARIF's name


class _Result(BaseModel):
    ruleId: str = ""  # noqa: N815  # SARIF's name
    level: str | None = None
    kind: str = "fail"
    suppressions: list[Any] | None = None
    baselineState: str = ""  # noqa: N815  # SARIF's name

    @property
    def counts(self) -> bool:
        """Passed and gone ones, and those that somebody accepted in the code or the tool, are no findings."""
        return self.kind == "fail" and self.baselineState != "absent" and not self.suppressions


class _Run(BaseModel):
    tool: _Tool
    invocations: list[_Invocation] = []
    results: list[_Result] | None = None


class _Sarif(BaseModel):
    runs: list[_Run]


def _sarif(content: bytes, _gets: frozenset[str]) -> dict[str, Value]:
    runs = model_of(_Sarif, content, "SARIF report").runs
    if not runs:
        raise Trouble("the SARIF report has no runs: nothing was scanned")
    levels = Counter(level for run in runs for level in _levels(run))
    return {
        "results": levels.total(),
        "errors": levels["error"],
        "warnings": levels["warning"],
        "notes": levels["note"],
    }


def _levels(run: _Run) -> Iterator[str]:
    """The level of each finding. Raises `Trouble` for a run that did not get to its end."""
    name = run.tool.driver.name
    if run.results is None or not all(invocation.executionSuccessful for invocation in run.invocations):
        raise Trouble(f"the scan by {name} did not get to its end")
    usual = {rule.id: rule.defaultConfiguration.level for rule in run.tool.driver.rules}
    return (result.level or usual.get(result.ruleId, "warning") for result in run.results if result.counts)


NPM_AUDIT = Reader(_npm_audit, tuple(_Severities.model_fields))
PIP_AUDIT = Reader(_pip_audit, ("vulnerabilities", "vulnerable", "audited", "skipped"))
SARIF = Reader(_sarif, ("results", "errors", "warnings", "notes"))
