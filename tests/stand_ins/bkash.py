"""bKash, by "Tokenized Checkout v1.2.0-beta: Grant Token, Query Payment" and its list of error codes.

Whatever happened, the HTTP status is 200: `statusCode` in the body tells, and `transactionStatus` what became of a
payment. Only a token that is not known gets a 401.
"""

import json
from collections.abc import Mapping

from http_traps import Reply, Request
from stand_ins.service import Service, as_json, header, not_found, path

USERNAME, PASSWORD = "canary-bkash-user", "canary-bkash-password"
APP_KEY, APP_SECRET = "canary-bkash-app-key", "canary-bkash-app-secret"
TOKEN = "canary-bkash-id-token"
PAYMENT = "TR0011-known"

SUCCESSFUL = {"statusCode": "0000", "statusMessage": "Successful"}


class Bkash(Service):
    """`degraded`: tokens are granted, and payments stay `Initiated`."""

    @staticmethod
    def environ(url: str) -> Mapping[str, str]:
        return {
            "BKASH_BASE_URL": url, "BKASH_USERNAME": USERNAME, "BKASH_PASSWORD": PASSWORD,
            "BKASH_APP_KEY": APP_KEY, "BKASH_APP_SECRET": APP_SECRET, "BKASH_PAYMENT_ID": PAYMENT,
        }  # fmt: skip

    def admits(self, request: Request) -> bool:
        if not _grants(request):
            return (header(request, "Authorization"), header(request, "X-APP-Key")) == (TOKEN, APP_KEY)
        person = (header(request, "username"), header(request, "password"))
        return person == (USERNAME, PASSWORD) and json.loads(request.body) == {
            "app_key": APP_KEY,
            "app_secret": APP_SECRET,
        }

    def answer(self, request: Request) -> Reply:
        if _grants(request):
            token = {"token_type": "Bearer", "expires_in": 3600, "id_token": TOKEN, "refresh_token": f"{TOKEN}-2"}
            return as_json(SUCCESSFUL | token)
        if path(request) != "/tokenized/checkout/payment/status":
            return not_found()
        return self._payment(json.loads(request.body)["paymentID"])

    def refusal(self, request: Request) -> Reply:
        if _grants(request):
            return as_json({"statusCode": "9999", "statusMessage": "Username does not exist"})
        return as_json({"message": "Unauthorized"}, 401)

    def outage(self) -> Reply:
        return as_json(
            {"statusCode": "503", "statusMessage": "System is undergoing maintenance. Please try again later"}
        )

    def _payment(self, payment: str) -> Reply:
        if payment != PAYMENT:
            return as_json({"statusCode": "2002", "statusMessage": "Invalid Payment ID"})
        made = {"transactionStatus": "Completed", "trxID": "6H7801QFYM", "verificationStatus": "Complete"}
        state = made if self.mode == "ok" else {"transactionStatus": "Initiated", "verificationStatus": "Incomplete"}
        terms = {"mode": "0011", "amount": "10", "currency": "BDT", "intent": "sale", "payerReference": "probe"}
        return as_json(SUCCESSFUL | {"paymentID": payment} | terms | state)


def _grants(request: Request) -> bool:
    return path(request) == "/tokenized/checkout/token/grant"
