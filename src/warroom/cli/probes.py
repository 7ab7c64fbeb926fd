"""Running probes once, from the shell."""

from pathlib import Path

import click

from warroom.cli.options import PATH, json_option

_STATUS = {"ok": 0, "warn": 1, "fail": 2, "no_data": 3, "error": 3}


@click.command()
@click.argument("probes", type=PATH)
@json_option
@click.option("--junit", "as_junit", is_flag=True, help="Print JUnit XML, for the test report of a CI server.")
def check(probes: Path, as_json: bool, as_junit: bool) -> int:
    """Take one reading of every probe in PROBES, a directory or a file. Says before which commands they run.

    Exits 0 when all are ok, 1 when the worst is a warn, 2 when one fails, and 3 when none fails but one could not be
    measured.
    """
    from warroom.cli.measuring import take_readings
    from warroom.cli.output import echo_json
    from warroom.files.probes_toml import load_probes
    from warroom.identity import here
    from warroom.probing.sources.table import check_source
    from warroom.report.check import check_document, check_lines, check_sum
    from warroom.report.junit import junit_xml

    if as_json and as_junit:
        raise click.UsageError("--json and --junit are two formats of one output; give one of them")
    readings = take_readings(load_probes(probes, check_source))
    if as_json:
        echo_json(check_document(readings))
    else:
        click.echo(junit_xml(readings, host=here().host) if as_junit else "\n".join(check_lines(readings)))
    click.echo(check_sum(readings), err=True)
    outcomes = {_STATUS[reading.outcome] for _, reading in readings}
    return 2 if 2 in outcomes else max(outcomes)
