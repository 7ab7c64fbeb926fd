"""Checklist, side file and probes together: every name that is used must exist."""

from pathlib import Path

import pytest

from files_kit import CHECKLIST, PROBE, SIDE, write
from warroom.core.definitions import Definitions
from warroom.core.errors import BadInput
from warroom.files.load import load_definitions
from warroom.probing.sources.table import check_source

CHECKLISTS = Path(__file__).parent.parent / "checklists"
AFTER = "\n## After\n\n- [ ] Read the log <!-- wr: log -->\n"
HEALTH = PROBE.replace('pane = "payment success"\n', "")


def release(tmp_path: Path, side: str = SIDE, probes: dict[str, str] | None = None) -> Definitions:
    checklist = write(tmp_path / "release.md", CHECKLIST + AFTER)
    write(tmp_path / "release.toml", side)
    for name, text in (probes or {}).items():
        write(tmp_path / "probes" / name, text)
    return load_definitions(checklist, tmp_path / "probes" if probes else None, check_source)


def test_the_shipped_side_file_covers_every_item_of_the_shipped_checklist() -> None:
    plan = load_definitions(CHECKLISTS / "production.md", None, check_source)
    assert len(plan.places) == 87
    assert plan.bindings.item.keys() == plan.places.keys()
    for binding in plan.bindings.item.values():
        assert binding.owner
        assert 0 < len(binding.guide) <= 110


def test_definitions_hold_checklist_side_file_probes_and_their_texts(tmp_path: Path) -> None:
    plan = release(tmp_path, probes={"health.toml": HEALTH})
    assert plan.binding("smoke").probe == "health"
    assert [spec.id for spec in plan.probes] == ["health"]
    assert plan.texts == {"release.md": CHECKLIST + AFTER, "release.toml": SIDE, "probes/health.toml": HEALTH}


def test_a_checklist_needs_no_side_file(tmp_path: Path) -> None:
    plan = load_definitions(write(tmp_path / "release.md", CHECKLIST), None, check_source)
    assert plan.binding("deploy").owner == ""
    assert list(plan.texts) == ["release.md"]


def test_a_side_file_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "release.toml").mkdir()
    with pytest.raises(BadInput, match=r"release\.toml cannot be read"):
        load_definitions(write(tmp_path / "release.md", CHECKLIST), None, check_source)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[item.smoke]", '[item.deploy]\nguide = """\n[item.smoke]\n"""\n[item.smok]', "5: [item.smok]: the checklist "
         'has no such item; did you mean "smoke"?'),
        ('probe = "health"', 'probe = "helth"', '4: [item.smoke]: probe: there is no probe "helth"; did you mean "hea'),
        ('verify = ["health"]', 'verify = ["health", "zz"]', '11: [rollback]: verify 2: there is no probe "zz"; the p'),
        ('title = "Back to blue"', 'title = "Back to blue"\nundoes = ["smok"]', '15: [[rollback.step]] 1: undoes 1: '
         'there is no item "smok"; did you mean "smoke"?'),
        ('verify = ["health"]', 'verify = ["health"]\n[[rollback.needs]]\ntitle = "x"\nprobe = "helth"', '14: '
         '[[rollback.needs]] 1: probe: there is no probe "helth"; did you mean "health"?'),
        ("[item.smoke]", '[trigger.pay]\nprobes = ["helth"]\n[item.smoke]',
         '2: [trigger.pay]: probes 1: there is no probe "helth"; did you mean "health"?'),
        ("[item.smoke]", '[trigger.pay]\npairs = [["health", "x"]]\n[item.smoke]',
         '2: [trigger.pay]: pairs 1 2: there is no probe "x"; the probes are health'),
        ("[item.smoke]", '[gate.deploy-day]\n[item.smoke]', '1: [gate.deploy-day]: the checklist has no such phase; '
         'did you mean "deployment-day"?'),
        ("[item.smoke]", "[gate.xx]\n[item.smoke]", "1: [gate.xx]: the checklist has no such phase; the phases are "
         "deployment-day, after"),
        ("[item.smoke]", '[gate.after]\nprobes = ["health", "helth"]\n[item.smoke]',
         '2: [gate.after]: probes 2: there is no probe "helth"; did you mean "health"?'),
        ('owner = "qa"', 'before = "afte"', '2: [item.smoke]: before: there is no phase "afte"; did you mean "after"?'),
        ('owner = "qa"', 'before = "deployment-day"', '2: [item.smoke]: before: "deployment-day" does not come after '
         "the item, so its gate would wait for what is behind it; name a later phase"),
    ],
)  # fmt: skip
def test_a_binding_to_nothing_is_told_with_its_line_and_the_nearest_name(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in SIDE
    with pytest.raises(BadInput) as refused:
        release(tmp_path, SIDE.replace(old, new), {"health.toml": HEALTH})
    assert str(refused.value).removeprefix(f"{tmp_path / 'release.toml'}:").startswith(said)


def test_an_item_may_name_a_later_phase_and_a_gate_probes_and_roles(tmp_path: Path) -> None:
    side = SIDE.replace('owner = "qa"', 'before = "after"') + '[gate.after]\nprobes = ["health"]\nroles = ["sre"]\n'
    plan = release(tmp_path, side, {"health.toml": HEALTH})
    assert (plan.binding("smoke").before, plan.bindings.gate["after"].roles) == ("after", ("sre",))


def test_without_probes_a_binding_to_a_probe_is_not_judged_but_one_to_an_item_is(tmp_path: Path) -> None:
    assert release(tmp_path).binding("smoke").probe == "health"
    with pytest.raises(BadInput, match=r"release\.toml:1: \[item\.smok\]: the checklist has no such item"):
        release(tmp_path, SIDE.replace("[item.smoke]", "[item.smok]"))
