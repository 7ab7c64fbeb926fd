"""Secrets are replaced and counted, wherever the text is cut; all else stays as it is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.redaction import MARK, PATTERNS, RedactedStream, Redactor, secrets_of

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nq83vEjRWeJCrze8\n-----END RSA PRIVATE KEY-----"
JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl-_"

# name of the pattern, a line with a secret, the line as it may be shown
LINES = [
    ("authorization header", "Authorization: Bearer abc.DEF-123", "Authorization: Bearer [redacted]"),
    ("authorization header", "> authorization: basic dXNlcjpwYXNz", "> authorization: basic [redacted]"),
    ("authorization header", "curl -H 'Authorization: xyz' http://x", "curl -H 'Authorization: [redacted]' http://x"),
    ("authorization header", '{"Authorization": "Bearer abc"}', '{"Authorization": "Bearer [redacted]"}'),
    ("assignment", "DB_PASSWORD=hunter2 next", "DB_PASSWORD=[redacted] next"),
    ("assignment", "api_key: abc, region: eu", "api_key: [redacted], region: eu"),
    ("assignment", 'password = "two words" # why', 'password = "[redacted]" # why'),
    ("assignment", r'{"token":"a\"b","n":1}', '{"token":"[redacted]","n":1}'),
    ("assignment", "client_secret='s; s'", "client_secret='[redacted]'"),
    ("assignment", "?user=a&access_token=b&c=d", "?user=a&access_token=[redacted]&c=d"),
    ("assignment", "AWS_SECRET_ACCESS_KEY=abc/def+", "AWS_SECRET_ACCESS_KEY=[redacted]"),
    ("assignment", "password => x", "password => [redacted]"),
    ("password in a URL", "postgres://shop:p@ss@db:5432/shop", "postgres://shop:[redacted]@db:5432/shop"),
    ("password in a URL", "redis://:pw@cache/0", "redis://:[redacted]@cache/0"),
    ("token in a URL", "https://ghp0123456789abcdef@git.example/x", "https://[redacted]@git.example/x"),
    ("AWS access key id", "id AKIAIOSFODNN7EXAMPLE ok", "id [redacted] ok"),
    ("JSON web token", f"got {JWT} ok", "got [redacted] ok"),
    ("private key", f"a {KEY} b", "a [redacted] b"),
]


@pytest.mark.parametrize(("_name", "line", "shown"), LINES)
def test_a_pattern_hides_the_value_and_nothing_else(_name: str, line: str, shown: str) -> None:
    assert Redactor().redact(line) == (shown, 1)
    assert Redactor().redact(shown) == (shown, 0)


def test_every_pattern_is_shown_by_an_example() -> None:
    assert {name for name, *_ in LINES} == {name for name, _ in PATTERNS}


@pytest.mark.parametrize(
    "line",
    [
        "tokens: 5 of 10",
        "max_tokens=5",
        "GET http://localhost:8080/health?mail=a@b 200",
        "ssh://git@git.example/shop.git",
        "password:",
        'password=""',
        "the secret of good releases",
        "-----BEGIN CERTIFICATE-----",
        "পাসওয়ার্ড 密码",
    ],
)
def test_ordinary_lines_stay(line: str) -> None:
    assert Redactor().redact(line) == (line, 0)


def test_secrets_of_takes_values_of_telling_names() -> None:
    telling = {
        "API_KEY": "value-1",
        "PGPASSWORD": "value-2",
        "github_token": "value-3",
        "AWS_SECRET_ACCESS_KEY": "value-4",
        "GOOGLE_CREDENTIALS": "value-5",
        "OLD_PASSWD": "value-6",
        "SIGNING_KEYS": "value-7",
    }
    others = {"HOME": "/home/x", "KEYBOARD": "qwertz", "DB_PASSWORD": "short", "PATH": "/usr/bin"}
    assert secrets_of(telling | others) == set(telling.values())


def test_a_value_of_several_lines_is_known_line_by_line() -> None:
    assert secrets_of({"TLS_KEY": "first line\n  second line\n\nthird\n"}) == {"first line", "second line"}


def test_known_values_are_replaced_and_counted_the_longest_first() -> None:
    redactor = Redactor(["abcdef", "abcdefghi", "x.y+z("])
    assert redactor.redact("abcdefghi abcdef! x.y+z( xay+z(") == (f"{MARK} {MARK}! {MARK} xay+z(", 3)


def test_overlapping_secrets_are_one() -> None:
    assert Redactor(["one;two"]).redact("password=one;two three") == ("password=[redacted] three", 1)


def test_without_values_nothing_is_known() -> None:
    assert Redactor([""]).redact("abc") == ("abc", 0)


def streamed(text: str, size: int, *values: str) -> tuple[str, int]:
    stream = RedactedStream(Redactor(values))
    shown = [stream.feed(text[at : at + size]) for at in range(0, len(text), size)]
    return "".join([*shown, stream.finish()]), stream.redactions


@pytest.mark.parametrize("size", [100, 8192, 65536])
@pytest.mark.parametrize(
    "secret", ["known-value", f"token={'a' * 9000}", KEY, f"http://u:{'b' * 300}@host", JWT, 'password="x y"']
)
@pytest.mark.parametrize("around", ["\n", "-" * 8185, "- " * 20_000], ids=["line", "border", "long line"])
def test_a_stream_hides_what_the_whole_text_would(size: int, secret: str, around: str) -> None:
    text = f"{around} {secret} {around}"
    assert streamed(text, size, "known-value") == Redactor(["known-value"]).redact(text)
    assert streamed(text, size, "known-value")[1] == 1


@given(
    st.lists(
        st.sampled_from(["known", "-value", "password=", "x", " ", "\n", '"', KEY, JWT, "://u:p@", "-" * 1500]),
        max_size=25,
    )
)
def test_no_border_lets_a_secret_through(parts: list[str]) -> None:
    text = "".join(parts)
    assert streamed(text, 4096, "known-value") == Redactor(["known-value"]).redact(text)


def test_a_stream_passes_whole_lines_at_once_and_holds_back_the_rest() -> None:
    stream = RedactedStream(Redactor())
    assert stream.feed("one\ntwo\nthr") == "one\ntwo\n"
    assert stream.feed("ee") == ""
    assert stream.feed("\n") == "three\n"
    assert stream.feed("rest") == ""
    assert stream.finish() == "rest"


def test_a_key_that_arrives_line_by_line_is_one_secret() -> None:
    stream = RedactedStream(Redactor())
    shown = [stream.feed(line) for line in f"before\n{KEY}\nafter\n".splitlines(keepends=True)]
    assert "".join(shown) == f"before\n{MARK}\nafter\n"
    assert stream.redactions == 1


def test_a_key_without_its_end_hides_no_more_than_a_key_could_be() -> None:
    text = "-----BEGIN PRIVATE KEY-----\n" + "line of the evening\n" * 2000 + "last"
    shown, count = streamed(text, 100)
    assert count == 1
    assert shown.startswith(MARK)
    assert shown.endswith("line of the evening\nlast")


@pytest.mark.parametrize("value", ["token=" + "x" * 10**6, "-----BEGIN PRIVATE KEY-----" * 40_000])
def test_an_endless_secret_does_not_pile_up(value: str) -> None:
    stream = RedactedStream(Redactor())
    fed = next(at for at in range(0, len(value), 4096) if stream.feed(value[at : at + 4096]))
    assert fed <= 64 * 1024
    assert stream.redactions == 1


@pytest.mark.parametrize(
    "unit",
    [
        "token",
        "token=",
        'token="',
        "token ",
        "authorization:",
        "authorization ",
        "://",
        "://a:",
        "://a:b@",
        "eyJ",
        "eyJaaaaaaaaaaaaaaaaaaa-",
        "AKIA",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "y\n",
    ],
)
def test_a_megabyte_built_to_be_slow_is_not(unit: str) -> None:
    """Would take minutes, and the whole suite's time, if any character were looked at again for each other one."""
    text = unit * (2**20 // len(unit))
    shown, _ = streamed(text, 65536)
    assert re.sub(r"\s", "", shown)
