"""How many of the mails and SMS of today and yesterday (UTC) were delivered, as JSON: what `delivery.toml` asks for.

    {"mail": {"share": 0.981, "ended": 5210}, "sms": {"share": null, "ended": 7}}

A share is delivered / (delivered + given up), from 0 to 1; what is still under way does not count, and out of fewer
than 20 it is null. SMS are the newest 1,000. Only counts are printed, never a number, an address or a text.
Exit status: 0; 1 with a sentence on stderr when a service did not tell, or a variable is missing.
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

ENOUGH = 20
LARGEST = 8 * 1024 * 1024  # bytes of an answer
PATIENCE_S = 20
LOST_MAILS = ("blocks", "bounces", "bounce_drops", "invalid_emails", "spam_report_drops")
LOST_SMS = ("failed", "undelivered")


class Untold(Exception):
    """Why a service's figures are not known, in words without secrets."""


class _Stay(HTTPRedirectHandler):
    """Credentials must not follow a redirect to another host."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


def main() -> int:
    since = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    try:
        told = {"mail": mails(since), "sms": messages(since)}
    except Untold as why:
        sys.stderr.write(f"{why}\n")
        return 1
    sys.stdout.write(f"{json.dumps(told)}\n")
    return 0


def mails(since: str) -> dict[str, float | int | None]:
    """Of SendGrid's global statistics, summed over the days."""
    url = f"{variable('SENDGRID_BASE_URL')}/v3/stats?{urlencode({'start_date': since, 'aggregated_by': 'day'})}"
    days = ask("SendGrid", url, f"Bearer {variable('SENDGRID_API_KEY')}")
    try:
        metrics = [stat["metrics"] for day in days for stat in day["stats"]]
        return share(
            sum(of["delivered"] for of in metrics), sum(of.get(lost, 0) for of in metrics for lost in LOST_MAILS)
        )
    except (KeyError, TypeError):
        raise Untold("SendGrid answers, but not with its statistics") from None


def messages(since: str) -> dict[str, float | int | None]:
    """Of Twilio's list of messages, without those that came in."""
    account = variable("TWILIO_ACCOUNT_SID")
    asked = urlencode({"DateSent>": since, "PageSize": 1000})
    url = f"{variable('TWILIO_BASE_URL')}/2010-04-01/Accounts/{account}/Messages.json?{asked}"
    told = ask("Twilio", url, f"Basic {variable('TWILIO_BASIC_CREDENTIALS')}")
    try:
        statuses = [sms["status"] for sms in told["messages"] if sms["direction"].startswith("outbound")]
    except (KeyError, TypeError):
        raise Untold("Twilio answers, but not with a list of messages") from None
    return share(statuses.count("delivered"), sum(map(statuses.count, LOST_SMS)))


def share(delivered: int, lost: int) -> dict[str, float | int | None]:
    ended = delivered + lost
    return {"share": delivered / ended if ended >= ENOUGH else None, "ended": ended}


def ask(who: str, url: str, authorization: str) -> Any:
    """The JSON that a service answers. Raises `Untold`."""
    request = Request(url, headers={"Authorization": authorization})  # noqa: S310  # the URL is the team's own
    try:
        with build_opener(_Stay).open(request, timeout=PATIENCE_S) as answer:
            return json.loads(answer.read(LARGEST))
    except HTTPError as error:
        raise Untold(f"{who} answers with status {error.code}") from None
    except (URLError, OSError):
        raise Untold(f"{who} does not answer") from None
    except ValueError:
        raise Untold(f"{who} does not answer with JSON, or with more than {LARGEST} bytes") from None


def variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise Untold(f"environment variable {name} is not set")
    return value


if __name__ == "__main__":
    sys.exit(main())
