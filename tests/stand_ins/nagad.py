"""Nagad, by "Online Payment API Integration Guide, v-0.2.0: Payment Verification" and what merchants show of answers.

The answer to a verification is signed by nobody and needs no key. What lets a merchant in is the address of the
server: any other is met by a firewall that answers 200 with a page in HTML. Which `statusCode` a payment under way has
is not told anywhere; no probe looks at it.
"""

from collections.abc import Mapping

from http_traps import Reply, Request
from stand_ins.service import Service, as_json, header, not_found, path

MERCHANT = "canary-nagad-merchant"
PAYMENT = "MDgyNTE0NTEz"


class Nagad(Service):
    """`degraded`: the payment hangs, and its issuer has given it no number."""

    @staticmethod
    def environ(url: str) -> Mapping[str, str]:
        return {"NAGAD_BASE_URL": url, "NAGAD_MERCHANT_ID": MERCHANT, "NAGAD_PAYMENT_REF_ID": PAYMENT}

    def admits(self, request: Request) -> bool:
        return header(request, "X-KM-MC-Id") == MERCHANT and header(request, "X-KM-Api-Version") == "v-0.2.0"

    def answer(self, request: Request) -> Reply:
        if path(request) != f"/api/dfs/verify/payment/{PAYMENT}":
            return not_found()
        made = {"issuerPaymentRefNo": "0000Z1DW", "status": "Success", "statusCode": "000"}
        hangs = {"issuerPaymentRefNo": None, "status": "InProgress", "statusCode": "001"}
        payment = {
            "merchantId": MERCHANT, "orderId": "3001639025135", "paymentRefId": PAYMENT, "amount": "10",
            "clientMobileNo": "016****0000", "merchantMobileNo": "01300000000",
            "orderDateTime": "2026-03-01 14:51:35.0", "issuerPaymentDateTime": "2026-03-01 14:51:56.0",
            "additionalMerchantInfo": None, "cancelIssuerDateTime": None, "cancelIssuerRefNo": None,
        }  # fmt: skip
        return as_json(payment | (made if self.mode == "ok" else hangs))

    def refusal(self, request: Request) -> Reply:
        page = "<html><body>The requested URL was rejected. Your support ID is: 1234567890</body></html>"
        return Reply(200, page, {"Content-Type": "text/html"})
