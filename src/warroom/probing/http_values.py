"""Values that checks get out of an HTTP answer."""

from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from pydantic import JsonValue

from warroom.core.rules import Value
from warroom.probing.json_values import FORMS, json_values, parse_json, wants_json

if TYPE_CHECKING:
    from warroom.probing.http_client import Answer

OFFERS = (
    "status", "latency_ms", "latency.dns_ms", "latency.connect_ms", "latency.tls_ms", "latency.first_byte_ms", "body",
    "header:NAME", *FORMS,
)  # fmt: skip


def http_values(gets: frozenset[str], answer: "Answer") -> tuple[dict[str, Value], dict[str, str]]:
    """The values that are there, and why the others are not."""
    values: dict[str, Value] = {"status": answer.status, "latency_ms": answer.took_s * 1000}
    values |= {f"latency.{phase}_ms": took_s * 1000 for phase, took_s in answer.phases_s.items()}
    for get in gets:
        if get.startswith("header:"):
            values[get] = answer.headers.get(get.removeprefix("header:"))
    missing: dict[str, str] = {}
    if "body" in gets:
        try:
            values["body"] = _bytes_of(answer).decode("utf-8", "replace").strip()
        except ValueError as error:
            missing["body"] = str(error)
    if wants_json(gets):
        try:
            values |= json_values(gets, document_of(answer))
        except ValueError as error:
            missing |= dict.fromkeys(filter(lambda get: wants_json([get]), gets), str(error))
    return values, missing


def document_of(answer: "Answer") -> JsonValue:
    """The body. Raises `ValueError` with the reason when it cannot be read as JSON."""
    content = _bytes_of(answer)
    if not answer.complete:
        raise ValueError("the body is larger than 64 KiB")
    try:
        return parse_json(content)
    except ValueError as error:
        raise ValueError(f"the body is {error}") from None


def _bytes_of(answer: "Answer") -> bytes:
    """Raises `ValueError` when they are packed: no text is equal to those, so a rule about one would never hold."""
    encoding = answer.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise ValueError(f"the body is compressed ({encoding}), though that was declined")
    return answer.body


def cookie_of(answer: "Answer", name: str) -> str | None:
    """The value of a cookie that the answer sets."""
    for line in answer.headers.get_list("set-cookie"):
        try:
            jar = SimpleCookie(line)
        except CookieError:
            continue
        if name in jar:
            return jar[name].value
    return None
