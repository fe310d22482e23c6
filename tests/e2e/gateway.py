"""A receiver of signed webhooks on the loopback, as a station's gateway would be: it checks, refuses and remembers."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.servers.choice import free_port


class Message(NamedTuple):
    id: str
    body: dict[str, Any]


class Gateway:
    """Answers 503 to the first `refusals` attempts of each message about a case in `stubborn`."""

    refusals = 2

    def __init__(self) -> None:
        self.key = secrets.token_bytes(32)
        self.port = free_port()
        self.stubborn: set[str] = set()
        self.accepted: list[Message] = []
        self.refused: Counter[str] = Counter()
        self.forged: list[str] = []
        self._lock = threading.Lock()

    @property
    def settings(self) -> dict[str, str]:
        return {
            "WANGGE_NOTIFY_WEBHOOK_URL": f"http://127.0.0.1:{self.port}/messages",
            "WANGGE_NOTIFY_WEBHOOK_SECRET": "whsec_" + base64.b64encode(self.key).decode(),
            "WANGGE_NOTIFY_ALLOW_LOOPBACK": "true",
        }

    def take(self, id_: str, timestamp: str, signatures: str, body: bytes) -> int:
        signed = hmac.new(self.key, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256).digest()
        expected = "v1," + base64.b64encode(signed).decode()
        with self._lock:
            if not any(hmac.compare_digest(expected, given) for given in signatures.split()):
                self.forged.append(id_)
                return 401
            told = json.loads(body)
            if self.refused[id_] < self.refusals and any(code in body.decode() for code in self.stubborn):
                self.refused[id_] += 1
                return 503
            self.accepted.append(Message(id_, told))
            return 200

    def times(self) -> Counter[str]:
        """How often each message was accepted, by its id."""
        with self._lock:
            return Counter(message.id for message in self.accepted)

    def about(self, code: str) -> list[Message]:
        with self._lock:
            return [message for message in self.accepted if code in json.dumps(message.body)]

    @contextmanager
    def listening(self) -> Iterator["Gateway"]:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = [self.headers[f"webhook-{name}"] or "" for name in ("id", "timestamp", "signature")]
                self.send_response(gateway.take(headers[0], headers[1], headers[2], body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing is logged: what was asked is remembered."""

        server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        thread = threading.Thread(target=server.serve_forever, name="gateway")
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
