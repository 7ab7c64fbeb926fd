"""Sentry, by "Store endpoint" of its SDK documents, and "Retrieve an Organization's Release", "List an Organization's
Issues" of its API.

Events go in by a public key, everything else by a token. What was taken is answered by 200 and an id, also when a
filter or a quota throws it away behind that.
"""

import json
from collections.abc import Mapping

from http_traps import Reply, Request
from stand_ins.service import Mode, Service, as_json, header, path, query

KEY, TOKEN = "canary-sentry-public-key", "sntrys_canary-sentry-auth-token"
ORGANIZATION, PROJECT, RELEASE = "shop-test", "4507", "shop@4.2.0"


class Sentry(Service):
    """`degraded`: events are taken, and found by nobody."""

    def __init__(self, mode: Mode = "ok") -> None:
        super().__init__(mode)
        self.events: list[dict[str, object]] = []

    @staticmethod
    def environ(url: str) -> Mapping[str, str]:
        return {
            "SENTRY_INGEST_URL": url, "SENTRY_PROJECT_ID": PROJECT, "SENTRY_PUBLIC_KEY": KEY, "SENTRY_BASE_URL": url,
            "SENTRY_ORG": ORGANIZATION, "SENTRY_AUTH_TOKEN": TOKEN, "SENTRY_RELEASE": RELEASE,
        }  # fmt: skip

    def admits(self, request: Request) -> bool:
        if path(request).startswith("/api/0/"):
            return header(request, "Authorization") == f"Bearer {TOKEN}"
        return f"sentry_key={KEY}" in header(request, "X-Sentry-Auth")

    def answer(self, request: Request) -> Reply:
        match request.method, path(request):
            case "POST", place if place == f"/api/{PROJECT}/store/":
                return self._take(json.loads(request.body))
            case "GET", place if place == f"/api/0/organizations/{ORGANIZATION}/releases/{RELEASE}/":
                return as_json({"version": RELEASE, "shortVersion": "4.2.0", "dateReleased": None, "newGroups": 0})
            case "GET", place if place == f"/api/0/organizations/{ORGANIZATION}/issues/":
                return self._issues(query(request))
        return as_json({"detail": "The requested resource does not exist"}, 404)

    def refusal(self, request: Request) -> Reply:
        if path(request).startswith("/api/0/"):
            return as_json({"detail": "Invalid token"}, 401)
        return as_json({"detail": "event submission rejected with_reason: ProjectId"}, 403)

    def _take(self, event: dict[str, object]) -> Reply:
        if self.mode == "ok":
            self.events.append(event)
        return as_json({"id": "fc6d8c0c43fc4630ad850ee518f1b9d0"})

    def _issues(self, asked: Mapping[str, str]) -> Reply:
        """Those with a tag, which stand for all their events."""
        name, _, value = asked["query"].partition(":")
        found = [event for event in self.events if dict(event["tags"]) == {name: value}]  # type: ignore[call-overload]
        issue = {"id": "1", "shortId": "SHOP-1", "level": "info", "status": "unresolved", "count": str(len(found))}
        return as_json([issue] if found and asked["project"] == PROJECT else [])
