"""A server that answers as InfluxDB 2.7 does in a state that one can choose."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STATES = {
    # state: (code and message of a write with lines, of one without, of a query)
    "well": ((204, ""), (204, ""), (200, "")),
    "token": ((401, "unauthorized access"),) * 3,
    "organisation": ((404, 'organization name "wrong" not found'),) * 3,
    "bucket": (
        (404, 'bucket "motion" not found'),
        (404, 'bucket "motion" not found'),
        (404, "failed to initialize execute state: could not find bucket"),
    ),
    "read only": (
        (403, "insufficient permissions for write"),
        (403, "insufficient permissions for write"),
        (200, ""),
    ),
    "write only": (
        (204, ""),
        (204, ""),
        (404, 'failed to initialize execute state: could not find bucket "therapy"'),
    ),
    "full": (
        (
            500,
            (
                "unexpected error writing points to database: engine: write "
                "/var/lib/influxdb2/engine/wal/1/autogen/3/_00004.wal: no space left on device"
            ),
        ),
        (204, ""),
        (200, ""),
    ),
    "shut": (
        (
            500,
            (
                "unexpected error writing points to database: not attempting to open "
                "shard 3; opening shard previously failed with: open /x/3/fields.idxl: "
                "no space left on device"
            ),
        ),
        (204, ""),
        (200, ""),
    ),
    "not set up": ((401, "unauthorized access"),) * 3,
}


@dataclass
class InfluxAnswers:
    """Where it is, what it answers, what it was asked; use as a context manager."""

    state: str = "well"
    conflict: str = ""
    """A field of which every line is refused; the others of a batch are written."""
    writes: int = 0
    lines: list[str] = field(default_factory=list)

    def __enter__(self):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path, body):
        if path.startswith("/api/v2/setup"):
            return 200, {"allowed": self.state == "not set up"}
        written, nothing, asked = STATES[self.state]
        if not path.startswith("/api/v2/write"):
            return _said(*asked)
        lines = [text for text in body.decode().split("\n") if text.strip()]
        if not lines:
            return _said(*nothing)
        self.writes += 1
        dropped = [text for text in lines if self.conflict and f"{self.conflict}=" in text]
        if written[0] == 204:
            self.lines += [text for text in lines if text not in dropped]
        if dropped:
            return _said(
                422,
                "failure writing points to database: partial write: field type conflict: input "
                f'field "{self.conflict}" on measurement "{dropped[0].partition(",")[0]}" is type '
                f"float, already exists as type integer dropped={len(dropped)}",
            )
        return _said(*written)

    def _handler(self):
        told = self

        class Handler(BaseHTTPRequestHandler):
            def _do(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                code, answer = told.answer(self.path, body)
                content = b"" if answer is None else json.dumps(answer).encode()
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = _do  # noqa: N815 - the base names them

            def log_message(self, *_):
                pass

        return Handler


def _said(code, message):
    if code < 300:
        return code, None
    return code, {"code": "some code", "message": message}
