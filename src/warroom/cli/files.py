"""What can be said of the files before a release: plan, lint and schema."""

from pathlib import Path

import click

from warroom.cli.options import PATH, json_option
from warroom.core.errors import BadInput


@click.command()
@click.argument("checklist", type=PATH)
@json_option
def plan(checklist: Path, as_json: bool) -> None:
    """Print what was read: phases with kind and time, sections, items with their ids."""
    from warroom.cli.output import echo_json
    from warroom.files.checklist_md import read_checklist
    from warroom.report.plan import plan_document, plan_lines

    read = read_checklist(checklist)
    if as_json:
        echo_json(plan_document(read))
    else:
        click.echo("\n".join(plan_lines(read)))


@click.command()
@click.argument("checklist", type=PATH)
@click.option("--probes", type=PATH, help="Directory of probe files.")
@json_option
def lint(checklist: Path, probes: Path | None, as_json: bool) -> int:
    """Name every fault in a checklist, its side file and its probes. Exits 2 when there is an error."""
    from warroom.cli.output import echo_json
    from warroom.files.lint import lint as lint_files
    from warroom.probing.sources.table import check_source

    findings = lint_files(checklist, probes, check_source)
    if as_json:
        echo_json([finding.model_dump(mode="json") for finding in findings])
    for finding in () if as_json else findings:
        click.echo(f"{finding.severity}: {finding}" + (f"; {finding.hint}" if finding.hint else ""))
    errors = sum(finding.severity == "error" for finding in findings)
    click.echo(f"{_count(errors, 'error')}, {_count(len(findings) - errors, 'warning')}", err=True)
    return BadInput.exit_status if errors else 0


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
