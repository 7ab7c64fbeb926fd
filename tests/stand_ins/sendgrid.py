"""SendGrid, by "Mail Send", "Sandbox Mode", "Retrieve global email statistics" and "Rate limits" of its v3 API.

A mail that was taken is answered by 202. In the sandbox it is only looked at, and answered by 200.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from http_traps import Reply, Request
from stand_ins.service import Mode, Service, as_json, header, not_found, path, query

KEY = "SG.canary-sendgrid-api-key"


class SendGrid(Service):
    """`degraded`: too many requests, and one mail of eight comes back."""

    def __init__(self, mode: Mode = "ok", *, mails: int = 800) -> None:
        super().__init__(mode)
        self.mails = mails
        """How many were asked for today."""
        self.sent = 0
        """How many went to people."""

    @staticmethod
    def environ(url: str) -> Mapping[str, str]:
        return {"SENDGRID_BASE_URL": url, "SENDGRID_API_KEY": KEY, "SENDGRID_FROM": "shop@shop.test"}

    def admits(self, request: Request) -> bool:
        return header(request, "Authorization") == f"Bearer {KEY}"

    def answer(self, request: Request) -> Reply:
        match request.method, path(request):
            case "POST", "/v3/mail/send":
                return self._take(json.loads(request.body))
            case "GET", "/v3/stats":
                return self._stats(date.fromisoformat(query(request)["start_date"]))
        return not_found()

    def refusal(self, request: Request) -> Reply:
        return _errors(401, "The provided authorization grant is invalid, expired, or revoked")

    def _take(self, mail: dict[str, dict[str, dict[str, object]]]) -> Reply:
        if self.mode == "degraded":
            return _errors(429, "too many requests")
        if missing := {"personalizations", "from", "content"} - mail.keys():
            return _errors(400, f"The {min(missing)} field is required.")
        if mail.get("mail_settings", {}).get("sandbox_mode", {}).get("enable") is True:
            return Reply(200, "")
        self.sent += 1
        return Reply(202, "", {"X-Message-Id": "m-1"})

    def _stats(self, start: date) -> Reply:
        """An entry for each day, also for those on which nothing was sent."""
        back = 0 if self.mode == "ok" else self.mails // 8
        metrics = dict.fromkeys(
            ("blocks", "bounce_drops", "clicks", "deferred", "invalid_emails", "opens", "spam_report_drops",
             "spam_reports", "unique_clicks", "unique_opens", "unsubscribe_drops", "unsubscribes"), 0,
        )  # fmt: skip
        today = datetime.now(UTC).date()
        sent = {"requests": self.mails, "processed": self.mails, "delivered": self.mails - back, "bounces": back}
        none = dict.fromkeys(sent, 0)
        days = [start + timedelta(days=n) for n in range((today - start).days + 1)]
        return as_json(
            [{"date": f"{day}", "stats": [{"metrics": metrics | (sent if day == today else none)}]} for day in days]
        )


def _errors(status: int, message: str) -> Reply:
    return as_json({"errors": [{"message": message, "field": None, "help": None}]}, status)
