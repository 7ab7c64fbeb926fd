"""Probe and side files: what is read, and what is refused with line, key, plain words and the nearest right name."""

from pathlib import Path

import pytest

from files_kit import PROBE, SIDE, write
from warroom.core.errors import BadInput
from warroom.files.bindings_toml import load_bindings
from warroom.files.findings import BadFile
from warroom.files.probes_toml import load_probe, load_probes
from warroom.files.text import read_text
from warroom.files.toml_file import TomlFile
from warroom.probing.sources.table import check_source


def probe_refusal(path: Path, text: str) -> str:
    """What is said of a probe file, from the line number on."""
    write(path, text)
    with pytest.raises(BadInput) as refused:
        load_probe(path, check_source)
    return str(refused.value).removeprefix(f"{path}:")


def side_refusal(path: Path, text: str) -> str:
    """What is said of a side file, from the line number on."""
    write(path, text)
    with pytest.raises(BadInput) as refused:
        load_bindings(path)
    return str(refused.value).removeprefix(f"{path}:")


@pytest.fixture
def probe(tmp_path: Path) -> Path:
    return tmp_path / "probes" / "payments.toml"


@pytest.fixture
def side(tmp_path: Path) -> Path:
    return tmp_path / "release.toml"


# Reading


def test_a_probe_takes_its_id_from_its_file(probe: Path) -> None:
    spec = load_probe(write(probe, PROBE), check_source)
    assert (spec.id, spec.every, spec.deadline, spec.kind) == ("payments", 5.0, 2.0, "http")
    assert spec.check[0].fail == "< 95"


def test_probes_come_sorted_by_name_and_hidden_or_other_files_are_left_alone(probe: Path) -> None:
    listed = PROBE.replace('pane = "payment success"\n', "")
    for name in ("b.toml", "a.toml", "10.toml"):
        write(probe.parent / name, listed)
    write(probe.parent / ".#a.toml", "an editor's")
    write(probe.parent / "notes.txt", "not a probe")
    assert [spec.id for spec in load_probes(probe.parent, check_source)] == ["10", "a", "b"]


def test_load_probes_takes_a_single_file_too(probe: Path) -> None:
    assert [spec.id for spec in load_probes(write(probe, PROBE), check_source)] == ["payments"]


def test_a_side_file_binds_items_and_plans_the_rollback(side: Path) -> None:
    bindings = load_bindings(write(side, SIDE))
    step = bindings.of("deploy").step
    assert step is not None
    assert (step.argv, step.timeout) == (("switch", "--to", "green"), 90.0)
    assert bindings.of("smoke").required
    assert bindings.rollback is not None
    assert bindings.rollback.verify == ("health",)


def test_a_byte_order_mark_and_crlf_are_no_reason_to_refuse(probe: Path) -> None:
    write(probe, b"\xef\xbb\xbf" + PROBE.replace("\n", "\r\n").encode())
    assert load_probe(probe, check_source).title == "Payments"


# Unreadable files


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.toml cannot be read: no such file or directory"):
        load_probes(tmp_path / "none.toml", check_source)


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read: is a directory"):
        load_bindings(tmp_path)


def test_a_directory_among_the_probes_is_refused_not_skipped(probe: Path) -> None:
    write(probe, PROBE)
    (probe.parent / "old.toml").mkdir()
    with pytest.raises(BadInput, match=r"old\.toml cannot be read: is a directory"):
        load_probes(probe.parent, check_source)


def test_a_directory_without_probes_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no probes"):
        load_probes(tmp_path, check_source)


def test_text_that_is_not_utf8_is_told_with_line_and_byte(side: Path) -> None:
    write(side, b'[item.a]\nowner = "J\xfcrgen"\n')
    with pytest.raises(BadInput) as refused:
        read_text(side)
    assert str(refused.value) == f"{side}:2: not UTF-8: byte 20 of the file is 0xfc; save the file as UTF-8"


# Not TOML


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[item.a]\nowner "qa"\n', "2: not valid TOML: expected '=' after a key"),
        ('[item.a]\nowner = "qa"\nowner = "sre"\n', "3: not valid TOML: cannot overwrite a value; the same key"),
        ("[item.a]\n[item.b]\n[item.a]\n", "3: not valid TOML: cannot declare ('item', 'a') twice; the same key"),
        ('[item.a]\nguide = """\nnever closed\n\n\n', "2: not valid TOML: unterminated string"),
        ("[item.a]\nguide = " + "[" * 5000, "1: not valid TOML: nested too deeply"),
        ("[item.a]\nguide = " + "[" * 210 + "]" * 210, "1: nested too deeply"),
    ],
)
def test_text_that_is_not_toml_is_told_with_its_line(side: Path, text: str, said: str) -> None:
    assert side_refusal(side, text).startswith(said)


# Wrong keys, types and rules in a probe


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('every = "5s"', 'evry = "5s"', '2: unknown key "evry"; did you mean "every"?'),
        ('fail = "< 95"', 'fial = "< 95"', '12: [[check]] 1: unknown key "fial"; did you mean "fail"?'),
        ('title = "Payments"', 'title = "x"\nid = "y"', '2: unknown key "id"; keys that fit: canary, check, deadline'),
        ('title = "Payments"\n', "", '1: "title" is missing'),
        ('title = "Payments"', "title = 7", "1: title: must be a text in quotes, not the number 7"),
        ('every = "5s"', "every = true", "2: every: must be a number, not true"),
        ('every = "5s"', 'every = "5 parsecs"', '2: every: "5 parsecs" is no duration; write it like "500ms"'),
        ('every = "5s"', "every = inf", "2: every: must be a finite number, not inf"),
        ('title = "Payments"', "title = 1979-05-27", "1: title: must not be a date or a time; write it as a text"),
        ('deadline = "2s"', 'deadline = "5s"', '3: "deadline" must be above 0 and shorter than "every"'),
        ("payment success", "payments", '4: pane: must be "health", "error rate", "payment success" or'),
        ('fail = "< 95"', 'fail = "95"', "12: [[check]] 1: fail: '95' is no rule; write an operator and a value"),
        ('fail = "< 95"\n', "", '10: [[check]] 1: a check needs a "warn" or a "fail" rule'),
        ("[[check]]", "[check]", "10: [check]: must be a list, not a table"),
    ],
)
def test_a_wrong_probe_is_told_with_line_key_and_what_would_be_right(
    probe: Path, old: str, new: str, said: str
) -> None:
    assert old in PROBE
    assert probe_refusal(probe, PROBE.replace(old, new)).startswith(said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("url =", "ulr =", '8: [source]: unknown key "ulr"; did you mean "url"?'),
        ("url =", 'methd = "GET"\nurl =', '8: [source]: unknown key "methd"; did you mean "method"?'),
        ('kind = "http"', 'kind = "htp"', '7: [source]: unknown kind "htp"; did you mean "http"?'),
        ('kind = "http"\n', "", '6: [source]: a source needs a "kind"'),
        ('"http://127.0.0.1:9/stats"', "9", "8: [source]: url: must be a text in quotes, not the number 9"),
    ],
)
def test_a_wrong_source_is_told_like_any_other_table(probe: Path, old: str, new: str, said: str) -> None:
    assert old in PROBE
    assert probe_refusal(probe, PROBE.replace(old, new)).startswith(said)


def test_all_mistakes_are_known_and_the_sentence_counts_them(probe: Path) -> None:
    write(probe, PROBE.replace("title", "titel").replace('"5s"', "[]").replace("url", "ulr"))
    with pytest.raises(BadFile) as refused:
        load_probe(probe, check_source)
    assert sorted(finding.line for finding in refused.value.findings) == [1, 2, 8]
    assert str(refused.value) == f'{probe}:1: unknown key "titel" (and 2 more); did you mean "title"?'


def test_a_file_name_that_is_no_id_is_refused_with_one_that_is(tmp_path: Path) -> None:
    said = probe_refusal(tmp_path / "Error Rate.toml", PROBE)
    assert said == '1: "Error Rate" is no id for a probe; its id is its file\'s name; call it error-rate.toml'


def test_the_name_of_the_observer_is_taken(tmp_path: Path) -> None:
    said = probe_refusal(tmp_path / "observer.toml", PROBE)
    assert said == '1: "observer" is what the cockpit calls its own observer; call the probe otherwise'


def test_two_probes_for_one_pane_are_told_by_both_names(probe: Path) -> None:
    first, second = write(probe, PROBE), write(probe.parent / "second.toml", PROBE)
    with pytest.raises(BadInput) as refused:
        load_probes(probe.parent, check_source)
    assert str(refused.value).startswith(f'{second}:4: pane: "payment success" shows {first} already')


# Wrong keys and types in a side file


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("owner", "ownr", '2: [item.smoke]: unknown key "ownr"; did you mean "owner"?'),
        ("owner", "zzz", '2: [item.smoke]: unknown key "zzz"; keys that fit: '),
        ("required = true", 'required = "yes"', '3: [item.smoke]: required: must be true or false, not the text "yes"'),
        ("required = true", "required = 1", "3: [item.smoke]: required: must be true or false, not the number 1"),
        ('["switch", "--to", "green"]', '"switch --to green"', "7: [item.deploy.step]: argv: a command is a list such"),
        ('["switch", "--to", "green"]', "[]", "7: [item.deploy.step]: argv: must not be empty"),
        ('"blue"]', "8]", "15: [[rollback.step]] 1: argv 3: must be a text in quotes, not the number 8"),
        ('title = "Back to blue"\n', "", '13: [[rollback.step]] 1: "title" is missing'),
        ("timeout", "timeuot", '8: [item.deploy.step]: unknown key "timeuot"; did you mean "timeout"?'),
    ],
)
def test_a_wrong_side_file_is_told_with_line_key_and_what_would_be_right(
    side: Path, old: str, new: str, said: str
) -> None:
    assert old in SIDE
    assert side_refusal(side, SIDE.replace(old, new)).startswith(said)


def test_what_a_file_says_cannot_break_the_sentence(side: Path) -> None:
    said = side_refusal(side, '[item.a]\n"\\u001b[31mred\\nnext" = 1\n')
    assert "\x1b" not in said
    assert "\n" not in said


# Lines


def test_values_over_several_lines_do_not_shift_lines() -> None:
    text = (
        '# a comment\n\ntext = """\n[fake]\nkey = 1\n"""\n\n[table]\nlist = [\n  1,\n  # two\n  2,\n]\n'
        "key = 2\n\n[[many]]\nx = 1\n[[many]]\nx = 2\n[table.deep]\ny = 1\n"
    )
    for written in (text, text.replace("\n", "\r\n")):
        file = TomlFile.parse(written, "x.toml")
        assert file.line(("text",)) == 3
        assert file.line(("table",)) == 8
        assert file.line(("table", "list", 1)) == 9
        assert file.line(("table", "key")) == 14
        assert file.line(("many", 0)) == 16
        assert file.line(("many", 1, "x")) == 19
        assert file.line(("table", "deep", "y")) == 21


def test_a_key_that_is_not_there_has_the_line_of_the_table_around_it() -> None:
    file = TomlFile.parse("a = 1\n\n[b]\nc = 2\n", "x.toml")
    assert file.line(("b", "missing")) == 3
    assert file.line(("missing", 4, "deeper")) == 1


def test_a_check_of_something_that_its_source_cannot_give_is_refused(probe: Path) -> None:
    said = probe_refusal(probe, PROBE.replace('"json:$.paid"', '"latncy_ms"'))
    assert said.endswith('[[check]] 1: get: a source of kind http has no "latncy_ms"; did you mean "latency_ms"?')


def test_a_trigger_is_read_with_the_words_that_people_write(side: Path) -> None:
    write(side, '[trigger.pay]\nprobes = ["a", "b"]\nquorum = 2\nfor = "2m"\nthen = ["cto"]\n')
    trigger = load_bindings(side).trigger["pay"]
    assert (trigger.lasting, trigger.roles, trigger.rule) == (
        120,
        ("deploy lead", "cto"),
        "all of a, b failing for 2 min",
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('fro = "2m"', '3: [trigger.pay]: unknown key "fro"; did you mean "for"?'),
        ('lasting = "2m"', '3: [trigger.pay]: unknown key "lasting"'),
        ('for = "2 min"', '3: [trigger.pay]: for: "2 min" is no duration'),
        ("quorum = 3", '3: [trigger.pay]: "quorum" is 3, but only 1 can count'),
    ],
)
def test_a_mistake_in_a_trigger_is_told_with_its_line(side: Path, line: str, said: str) -> None:
    assert said in side_refusal(side, f'[trigger.pay]\nprobes = ["a"]\n{line}\n')
