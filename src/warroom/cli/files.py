"""What can be said of the files before a release: plan, lint and schema."""

from collections import Counter
from pathlib import Path

import click

from warroom.cli.options import PATH, json_option, t0_of
from warroom.core.errors import BadInput


@click.command()
@click.argument("checklist", type=PATH)
@click.option("--at", "t0", help="T-0, for when each phase is due: now, +2h or 2026-03-01T20:00:00Z.")
@json_option
def plan(checklist: Path, t0: str | None, as_json: bool) -> None:
    """Print what was read: phases with kind and time, sections, items with their ids and what they ask for."""
    from warroom.cli.output import echo_json
    from warroom.files.load import load_definitions
    from warroom.probing.sources.table import check_source
    from warroom.report.plan import plan_document, plan_lines

    read, t0_us = load_definitions(checklist, None, check_source), t0_of(t0) if t0 else None
    if as_json:
        echo_json(plan_document(read.checklist, read.bindings, t0_us))
    else:
        click.echo("\n".join(plan_lines(read.checklist, read.bindings, t0_us)))


@click.command()
@click.argument("checklist", type=PATH)
@click.option("--probes", type=PATH, help="Directory of probe files.")
@click.option("--live", is_flag=True, help="Look too whether variables and programs are here, and ask each probe once.")
@json_option
def lint(checklist: Path, probes: Path | None, live: bool, as_json: bool) -> int:
    """Name every fault in a checklist, its side file and its probes. Exits 2 when there is an error."""
    from warroom.cli.output import echo_json
    from warroom.files.lint import lint as lint_files
    from warroom.probing.sources.table import check_source

    linted = lint_files(checklist, probes, check_source)
    findings = linted.findings
    if live:
        from warroom.cli.live_lint import live_findings

        findings = linted.with_more(live_findings(linted))
    if as_json:
        echo_json([finding.model_dump(mode="json") for finding in findings])
    for finding in () if as_json else findings:
        click.echo(f"{finding.severity}: {finding}" + (f"; {finding.hint}" if finding.hint else ""))
    counts = Counter(finding.severity for finding in findings)
    click.echo(f"{_count(counts['error'], 'error')}, {_count(counts['warning'], 'warning')}", err=True)
    return BadInput.exit_status if counts["error"] else 0


@click.command()
@click.argument("file", type=click.Choice(["probe", "side"]))
def schema(file: str) -> None:
    """Print the JSON Schema of probe files or of side files, for editors that check and complete them."""
    from warroom.cli.output import echo_json
    from warroom.files.schema import probe_schema, side_schema
    from warroom.probing.sources.table import SPECS

    echo_json(probe_schema(SPECS.values()) if file == "probe" else side_schema())


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
