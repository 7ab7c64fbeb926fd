"""What is stored of a draft: the texts without secrets, by a short way that gives what the long one gives."""

from hypothesis import given
from hypothesis import strategies as st

from journal_contract import BODIES
from journal_kit import draft
from warroom.core import events as ev
from warroom.core.redaction import Redactor
from warroom.journal import rows

KNOWN = "kumquat-7719"
PIECES = [
    KNOWN, KNOWN[:6], "password", "token", "Authorization: Bearer", "=", ":", " ",
    '"', "'", "\\", "\n", "://", "@", "a",
    "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "eyJhbGciOiJIUzI1NiIs", "AKIAIOSFODNN7EXAMPLE",
    "\udc80", "日本", "[redacted]",
]  # fmt: skip
TEXTS = st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), min_size=1, max_size=4)
REDACTOR = Redactor([KNOWN])


def shown(text: str) -> str:
    mended = "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)
    return REDACTOR.redact(mended)[0]


@given(TEXTS)
def test_every_text_is_stored_without_its_secrets(texts: list[str]) -> None:
    body = ev.StepStarted(
        run="r", target="backup", attempt=1, title="Dump", argv=tuple(texts), cwd=texts[0], host="tower", user="ada"
    )
    prepared = rows.prepare(draft("a", body), REDACTOR)
    expected = body.model_copy(update={"argv": tuple(map(shown, texts)), "cwd": shown(texts[0])})
    assert prepared.said == expected
    assert ev.StepStarted.model_validate_json(prepared.body) == expected


@given(TEXTS)
def test_the_first_look_misses_no_secret(texts: list[str]) -> None:
    text = "".join(texts)
    matches = [match["secret"] for pattern in REDACTOR._patterns for match in pattern.finditer(text)]
    assert len(REDACTOR.find(text)) == len([secret for secret in matches if secret != "[redacted]"])


def test_what_nothing_was_taken_from_is_stored_as_it_is() -> None:
    for body in BODIES:
        prepared = rows.prepare(draft("a", body), REDACTOR)
        assert prepared.said == body
        assert prepared.body == body.model_dump_json()
        assert type(body).model_validate_json(prepared.body) == body
