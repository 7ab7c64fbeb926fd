"""Firebase Cloud Messaging, by "FCM HTTP v1: projects.messages.send", its error codes, and Google's OAuth 2.0 tokens.

Two hosts in one: `/token` exchanges a refresh token for an access token, which opens the other.
"""

import json
from collections.abc import Mapping

from http_traps import Reply, Request
from stand_ins.service import Mode, Service, as_json, form, header, not_found, path

CLIENT, SECRET = "canary-google-client", "canary-google-client-secret"
REFRESH, ACCESS = "1//canary-google-refresh-token", "ya29.canary-google-access-token"
PROJECT = "shop-test"


class Firebase(Service):
    """`degraded`: tokens are given out, and the service that takes messages is overloaded."""

    def __init__(self, mode: Mode = "ok", *, project: str = PROJECT) -> None:
        super().__init__(mode)
        self.project = project
        """The one that the credentials are for."""
        self.sent = 0
        """How many messages went to phones."""

    @staticmethod
    def environ(url: str) -> Mapping[str, str]:
        return {
            "GOOGLE_OAUTH_BASE_URL": url, "GOOGLE_CLIENT_ID": CLIENT, "GOOGLE_CLIENT_SECRET": SECRET,
            "GOOGLE_REFRESH_TOKEN": REFRESH, "FCM_BASE_URL": url, "FIREBASE_PROJECT_ID": PROJECT,
        }  # fmt: skip

    def admits(self, request: Request) -> bool:
        if path(request) != "/token":
            return header(request, "Authorization") == f"Bearer {ACCESS}"
        asked = {"grant_type": "refresh_token", "client_id": CLIENT, "client_secret": SECRET, "refresh_token": REFRESH}
        return form(request) == asked

    def answer(self, request: Request) -> Reply:
        if path(request) == "/token":
            return as_json({"access_token": ACCESS, "expires_in": 3599, "token_type": "Bearer", "scope": "messaging"})
        if not path(request).endswith("/messages:send"):
            return not_found()
        if path(request) != f"/v1/projects/{self.project}/messages:send":
            return _error(403, "PERMISSION_DENIED", "SenderId mismatch", "SENDER_ID_MISMATCH")
        if self.mode == "degraded":
            return _error(503, "UNAVAILABLE", "The service is currently unavailable.", "UNAVAILABLE")
        return self._take(json.loads(request.body))

    def refusal(self, request: Request) -> Reply:
        if path(request) == "/token":
            return as_json({"error": "invalid_grant", "error_description": "Token has been expired or revoked."}, 400)
        return _error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")

    def _take(self, asked: dict[str, object]) -> Reply:
        real = asked.get("validate_only") is not True
        self.sent += real
        message = "1500415314455276" if real else "fake_message_id"
        return as_json({"name": f"projects/{self.project}/messages/{message}"})


def _error(code: int, status: str, message: str, error_code: str = "") -> Reply:
    details = [{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": error_code}]
    error = {"code": code, "message": message, "status": status} | ({"details": details} if error_code else {})
    return as_json({"error": error}, code)
