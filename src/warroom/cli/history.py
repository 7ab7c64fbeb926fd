"""`warroom history`: what earlier releases took, from all journals of a directory."""

from pathlib import Path

import click

from warroom.cli.journals import journal_files, read_journals
from warroom.cli.options import PATH, json_option
from warroom.core.errors import BadInput
from warroom.core.plain import one_line


@click.command()
@click.argument("directory", type=PATH)
@json_option
def history(directory: Path, as_json: bool) -> None:
    """Earlier releases side by side: how long phases, items and steps took, rollbacks, and decisions.

    All journals of DIRECTORY are read and none is changed. Files that are no journal, or a damaged one, are named on
    stderr; of several copies of one journal, the longest counts.
    """
    from warroom.cli.output import echo_json
    from warroom.report.history import history_document, history_lines

    told, left_out = read_journals(journal_files(directory))
    for file, why in left_out.items():
        click.echo(f"warroom: left out {one_line(file)}: {one_line(why)}", err=True)
    if not told:
        raise BadInput(f"there is no journal in {directory}", "warroom start makes them; see -j")
    newest, pasts, files = told[-1].plan, [each.past for each in told], [each.file for each in told]
    if as_json:
        left = [{"file": file, "why": why} for file, why in left_out.items()]
        echo_json({**history_document(newest, pasts, files), "left_out": left})
    else:
        click.echo("\n".join(history_lines(newest, pasts, files)))
