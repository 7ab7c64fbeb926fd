"""`lint` tells everything at once: what a release would refuse, and what is probably not meant."""

from pathlib import Path

import pytest

from warroom.files.findings import Finding
from warroom.files.lint import lint
from warroom.probing.sources.table import check_source

PROBE = """\
title = "Health"
every = "5s"
deadline = "2s"

[source]
kind = "http"
url = "http://127.0.0.1:9/health"

[[check]]
get = "status"
fail = "!= 200"
"""

SIDE = """\
[item.smoke]
owner = "qa"
required = true
probe = "health"

[item.deploy]
owner = "lead"

[rollback]
verify = ["health"]

[[rollback.step]]
title = "Back to blue"
argv = ["switch"]
"""

CHECKLIST = """\
# Release

- [ ] Deploy <!-- wr: deploy -->
- [ ] Run smoke tests <!-- wr: smoke -->
"""


class Files:
    """A checklist with its side file and probes on disk, changed one by one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "probes").mkdir()
        self.write("release.md", CHECKLIST)
        self.write("release.toml", SIDE)
        self.write("probes/health.toml", PROBE)

    def write(self, name: str, text: str | bytes) -> None:
        (self.root / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def findings(self, probes: str | None = "probes") -> tuple[Finding, ...]:
        return lint(self.root / "release.md", self.root / probes if probes else None, check_source).findings

    def said(self, probes: str | None = "probes") -> list[tuple[str, str, int, str]]:
        """Severity, file, line and message of each finding."""
        return [
            (found.severity, str(Path(found.file).relative_to(self.root)), found.line, found.message)
            for found in self.findings(probes)
        ]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_good_files_have_no_findings(files: Files) -> None:
    assert files.said() == []


def test_every_error_of_every_file_is_told_in_order(files: Files) -> None:
    files.write("release.md", CHECKLIST + "- [ ] Again <!-- wr: smoke -->\n")
    files.write("release.toml", SIDE.replace("owner", "ownr").replace("true", '"yes"'))
    files.write("probes/health.toml", PROBE.replace("every", "evry").replace("url", "ulr"))
    files.write("probes/broken.toml", "= 1\n")
    said = files.said()
    assert {severity for severity, *_ in said} == {"error"}
    assert [(file, line) for _, file, line, _ in said] == [
        ("release.md", 5),
        ("release.toml", 2),
        ("release.toml", 3),
        ("release.toml", 7),
        ("probes/broken.toml", 1),
        ("probes/health.toml", 2),
        ("probes/health.toml", 7),
    ]


def test_bindings_to_nothing_are_all_told(files: Files) -> None:
    files.write("release.toml", SIDE.replace("item.smoke", "item.smok").replace('"health"', '"helth"'))
    errors = [(line, message) for severity, _, line, message in files.said() if severity == "error"]
    assert errors == [
        (1, "[item.smok]: the checklist has no such item"),
        (4, '[item.smok]: probe: there is no probe "helth"'),
        (10, '[rollback]: verify 1: there is no probe "helth"'),
    ]


def test_a_probe_that_cannot_be_read_is_not_also_told_as_unknown(files: Files) -> None:
    files.write("probes/good.toml", f'pane = "queue depth"\n{PROBE}')
    files.write("probes/health.toml", PROBE.replace('"status"', "7"))
    assert files.said() == [
        ("error", "probes/health.toml", 10, "[[check]] 1: get: must be a text in quotes, not the number 7")
    ]


def test_two_probes_for_one_pane_are_an_error(files: Files) -> None:
    for name in ("a", "b"):
        files.write(f"probes/{name}.toml", f'pane = "health"\n{PROBE}')
    assert [(severity, file, line) for severity, file, line, _ in files.said()] == [("error", "probes/b.toml", 1)]


@pytest.mark.parametrize("unreadable", ["release.md", "release.toml", "probes/health.toml"])
def test_a_file_that_is_not_utf8_is_one_finding(files: Files, unreadable: str) -> None:
    files.write(unreadable, b"# one\n# \xff\n")
    errors = [(file, line) for severity, file, line, _ in files.said() if severity == "error"]
    assert errors == [(unreadable, 2)]


def test_a_checklist_that_is_not_there_is_one_finding(files: Files) -> None:
    (files.root / "release.md").unlink()
    assert files.said() == [("error", "release.md", 1, "cannot be read: no such file or directory")]


def test_probes_that_are_not_there_are_one_finding(files: Files) -> None:
    assert files.said("none") == [("error", "none", 1, "cannot be read: no such file or directory")]
    (files.root / "empty").mkdir()
    assert files.said("empty") == [("error", "empty", 1, "holds no probes")]


def test_an_item_that_the_side_file_does_not_name_is_a_warning_on_its_line(files: Files) -> None:
    files.write("release.md", CHECKLIST + "- [ ] Tell support\n")
    assert files.said() == [("warning", "release.md", 5, 'release.toml says nothing of "Tell support"')]
    assert files.findings()[0].hint == "add [item.tell-support]"


def test_a_box_that_is_nearly_one_is_a_warning_on_its_line(files: Files) -> None:
    files.write("release.md", CHECKLIST + "- [~] Half done\n")
    assert files.said() == [("warning", "release.md", 5, 'looks like an item and is none: "- [~] Half done"')]


def test_no_side_file_is_one_warning(files: Files) -> None:
    (files.root / "release.toml").unlink()
    said = files.said()
    assert said == [
        ("warning", "release.md", 1, "no release.toml beside it: no owners, no bound probes, no rollback plan")
    ]


def test_no_rollback_plan_is_a_warning(files: Files) -> None:
    files.write("release.toml", SIDE.partition("[rollback]")[0])
    assert files.said() == [("warning", "release.toml", 1, "no rollback plan: the cockpit cannot take production back")]


def test_a_required_item_without_an_owner_is_a_warning_on_its_line(files: Files) -> None:
    files.write("release.toml", SIDE.replace('owner = "qa"\n', "").replace("[item.smoke]", "\n[item.smoke]"))
    assert files.said() == [("warning", "release.toml", 2, "[item.smoke]: required, but nobody owns it")]


AFTER = "\n## After\n- [ ] Read the log <!-- wr: log -->\n\n## Emergency Procedures\n- [ ] Call <!-- wr: call -->\n"
MORE = '[item.log]\nowner = "sre"\n[item.call]\nowner = "sre"\n'


def test_an_item_that_no_gate_waits_for_is_a_warning(files: Files) -> None:
    files.write("release.md", CHECKLIST + AFTER)
    files.write("release.toml", SIDE.replace('owner = "lead"', 'owner = "lead"\nbefore = "after"') + MORE)
    assert files.said() == [
        ("warning", "release.toml", 8, '[item.deploy]: before: "after" has no gate, so nothing waits for this item')
    ]
    files.write("release.toml", (files.root / "release.toml").read_text() + "[gate.after]\n")
    assert files.said() == []


def test_a_gate_before_procedures_that_stand_ready_is_a_warning(files: Files) -> None:
    files.write("release.md", CHECKLIST + AFTER)
    files.write("release.toml", SIDE + MORE + "[gate.emergency-procedures]\n")
    ((_, _, _, message),) = files.said()
    assert message.startswith("[gate.emergency-procedures]: nothing of this phase can be done until")


def test_a_probe_that_a_gate_wants_is_used(files: Files) -> None:
    files.write("probes/spare.toml", PROBE)
    files.write("release.md", CHECKLIST + AFTER)
    files.write("release.toml", SIDE + MORE + '[gate.after]\nprobes = ["spare"]\n')
    assert files.said() == []


def test_a_probe_that_nothing_uses_is_a_warning_unless_it_has_a_pane(files: Files) -> None:
    files.write("probes/spare.toml", PROBE)
    files.write("probes/shown.toml", f'pane = "health"\n{PROBE}')
    assert files.said() == [
        (
            "warning",
            "probes/spare.toml",
            1,
            "no item, no gate, no trigger, no rollback plan and no pane uses this probe",
        )
    ]


def test_without_probes_nothing_is_said_of_them(files: Files) -> None:
    files.write("release.toml", SIDE.replace('"health"', '"helth"'))
    assert files.said(None) == []
