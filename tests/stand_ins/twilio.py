"""Twilio, by "Messages resource", "Account balance" and "Test credentials".

An account knows two pairs of credentials. The test pair sends nothing and may only create messages, from a magic
number; the live pair reads. A balance is a text, and a suspended account still tells it.
"""

from base64 import b64encode
from collections.abc import Mapping

from http_traps import Reply, Request
from stand_ins.service import Mode, Service, as_json, form, header, not_found, path, query

ACCOUNT, TOKEN = "AC-canary-twilio-live", "canary-twilio-live-token"
TEST_ACCOUNT, TEST_TOKEN = "AC-canary-twilio-test", "canary-twilio-test-token"
ROOT = "/2010-04-01/Accounts"
MAGIC = "+15005550006"


def basic(user: str, password: str) -> str:
    """Both as HTTP's basic credentials."""
    return b64encode(f"{user}:{password}".encode()).decode()


LIVE, TEST = basic(ACCOUNT, TOKEN), basic(TEST_ACCOUNT, TEST_TOKEN)


class Twilio(Service):
    """`degraded`: the balance runs out, and networks refuse one SMS of ten."""

    def __init__(self, mode: Mode = "ok", *, messages: int = 200) -> None:
        super().__init__(mode)
        self.messages = messages
        """How many the account has sent lately."""

    @staticmethod
    def environ(url: str) -> Mapping[str, str]:
        return {
            "TWILIO_BASE_URL": url, "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_BASIC_CREDENTIALS": LIVE,
            "TWILIO_TEST_ACCOUNT_SID": TEST_ACCOUNT, "TWILIO_TEST_BASIC_CREDENTIALS": TEST,
            "TWILIO_TEST_TO": "8801700000000",
        }  # fmt: skip

    def admits(self, request: Request) -> bool:
        pair = TEST if path(request).startswith(f"{ROOT}/{TEST_ACCOUNT}/") else LIVE
        return header(request, "Authorization") == f"Basic {pair}"

    def answer(self, request: Request) -> Reply:
        match request.method, path(request).removeprefix(f"{ROOT}/"):
            case "POST", place if place == f"{TEST_ACCOUNT}/Messages.json":
                return _sent(form(request))
            case "GET", place if place == f"{ACCOUNT}/Balance.json":
                balance = "120.50" if self.mode == "ok" else "12.40"
                return as_json({"account_sid": ACCOUNT, "balance": balance, "currency": "USD"})
            case "GET", place if place == f"{ACCOUNT}/Messages.json" and "DateSent>" in query(request):
                return self._list()
        return not_found()

    def refusal(self, request: Request) -> Reply:
        return as_json({"code": 20003, "message": "Authenticate", "status": 401}, 401)

    def _list(self) -> Reply:
        """The newest first: one still under way, one that came in, and those that went out."""
        refused = 0 if self.mode == "ok" else self.messages // 10
        statuses = ["undelivered"] * refused + ["delivered"] * (self.messages - refused)
        sent = [_message(status, "outbound-api") for status in ("queued", *statuses)]
        messages = [sent[0], _message("received", "inbound"), *sent[1:]]
        return as_json({"page": 0, "page_size": 1000, "next_page_uri": None, "messages": messages})


def _sent(fields: Mapping[str, str]) -> Reply:
    if fields["From"] != MAGIC:
        return as_json({"code": 21606, "message": "The 'From' phone number is not a valid sender", "status": 400}, 400)
    return as_json(_message("queued", "outbound-api") | {"to": fields["To"], "body": fields["Body"]}, 201)


def _message(status: str, direction: str) -> dict[str, object]:
    return {
        "sid": "SM0123456789abcdef0123456789abcdef", "account_sid": ACCOUNT, "from": MAGIC, "to": "+8801700000000",
        "body": "canary-text-of-an-sms", "direction": direction, "status": status, "num_segments": "1",
        "error_code": 30003 if status == "undelivered" else None, "price": None, "price_unit": "USD",
    }  # fmt: skip
