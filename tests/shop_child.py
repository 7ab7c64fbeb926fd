"""One release of a shop, in a process of its own: `shop_child.py COLOUR SHARE`; SHARE in 100 of its payments fail.

Tells its address, and ends when its input is closed.
"""

import sys
from collections import deque
from threading import Lock

from warroom.demo.child import announce_and_wait
from warroom.demo.web import Reply, Request, Server, json_reply

WINDOW = 40  # payments that the statistics tell of


class Shop:
    def __init__(self, colour: str, share: int) -> None:
        self._colour = colour
        self._share = share
        self._due = 0
        self._paid = deque[bool](maxlen=WINDOW)
        self._lock = Lock()

    def answer(self, request: Request) -> Reply:
        match request.route:
            case "POST /api/payments" if not self._pays():
                return json_reply(502, {"error": "no connection to the gateway left"})
            case "GET /stats":
                return json_reply(200, self._statistics())
        return json_reply(200, {"color": self._colour})

    def _pays(self) -> bool:
        """Whether it does; those that do not are spread evenly."""
        with self._lock:
            self._due += self._share
            pays = self._due < 100
            self._due -= 0 if pays else 100
            self._paid.append(pays)
        return pays

    def _statistics(self) -> dict[str, float]:
        with self._lock:
            return {"paid": 100 * sum(self._paid) / len(self._paid) if self._paid else 100}


if __name__ == "__main__":
    server = Server(Shop(sys.argv[1], int(sys.argv[2])).answer)
    server.start()
    announce_and_wait(url=server.url)
