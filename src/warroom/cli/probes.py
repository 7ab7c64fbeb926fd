"""Running probes once, from the shell."""

from pathlib import Path

import click

from warroom.cli.options import PATH, json_option

_STATUS = {"ok": 0, "warn": 1, "fail": 2, "no_data": 3, "error": 3}


@click.command()
@click.argument("probes", type=PATH)
@json_option
def check(probes: Path, as_json: bool) -> int:
    """Run every probe in PROBES, a directory or a file, once. Says before which commands they run.

    Exits 0 when all are ok, 1 when the worst is a warn, 2 when one fails, and 3 when none fails but one is not known.
    """
    import asyncio

    from warroom.cli.output import echo_json
    from warroom.clock import SystemClock
    from warroom.core.plain import one_line
    from warroom.core.probe import show
    from warroom.files.probes_toml import load_probes
    from warroom.probing.sampling import Sampler, measure_once
    from warroom.probing.sources.table import check_source, commands

    specs = load_probes(probes, check_source)
    for line in commands(specs):
        click.echo(one_line(line), err=True)
    readings = asyncio.run(measure_once(specs, Sampler(SystemClock())))
    if as_json:
        echo_json([reading.model_dump(mode="json") for _, reading in readings])
    else:
        for spec, reading in readings:
            value = f"{show(reading.value)} {reading.unit}".strip()
            took = f"{reading.took_us / 1000:.0f} ms"
            words = f"{reading.outcome:<8} {spec.id:<24} {one_line(value):<14} {took:>8}  {one_line(reading.text)}"
            click.echo(words.rstrip())
    outcomes = {_STATUS[reading.outcome] for _, reading in readings}
    return 2 if 2 in outcomes else max(outcomes, default=0)
