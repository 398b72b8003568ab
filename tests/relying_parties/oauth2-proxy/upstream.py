"""The application behind oauth2-proxy: it signs nobody in, and shows what the proxy says of who is there
(of the access token its end).

    python3 upstream.py PORT SIGN_OUT_LINK_FILE
"""

import html
import http.server
import pathlib
import sys


class Page(http.server.BaseHTTPRequestHandler):
    sign_out = ""

    def do_GET(self):
        told = sorted((name, value[-40:]) for name, value in self.headers.items() if name.startswith("X-Forwarded-"))
        rows = "".join(f"<dt>{name}</dt><dd id='{name}'>{html.escape(value)}</dd>" for name, value in told)
        page = f"<!doctype html><title>Upstream</title><dl>{rows}</dl><p id='sign-out'>{self.sign_out}</p>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)


if __name__ == "__main__":
    Page.sign_out = pathlib.Path(sys.argv[2]).read_text()
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
