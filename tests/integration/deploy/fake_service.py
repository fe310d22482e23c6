"""A service in name only, for tests of the launcher: health, metrics and an echo on the port that it is given.

Run as a script with its name. `GET /{name}/settings` answers what the launcher told it.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = sys.argv[1]
        if self.path == "/health/ready":
            self._answer({"status": "ready", "pid": os.getpid()})
        elif self.path == "/metrics":
            text = f'# TYPE wangge_parked gauge\nwangge_parked{{service="{name}"}} 1\n'
            self._answer(text, "text/plain; version=0.0.4")
        else:
            told = {key: value for key, value in os.environ.items() if key.startswith("WANGGE_")}
            self._answer({"name": name, "pid": os.getpid(), "path": self.path, "settings": told})

    def _answer(self, body: object, kind: str = "application/json") -> None:
        content = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        sys.stderr.write(f"{format % arguments}\n")


if __name__ == "__main__":
    port = int(os.environ[f"WANGGE_{sys.argv[1].upper()}_PORT"])
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
