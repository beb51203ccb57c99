"""Real receivers on the loopback address: a small mail server and a small web server."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Post:
    """What a mail server took, and what it is to answer."""

    port: int = 0
    letters: list[tuple[str, EmailMessage]] = field(default_factory=list)
    to_receiver: bytes = b"250 fine"
    to_data: bytes = b"250 taken"


class _Smtp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        post: Post = self.server.post
        self.wfile.write(b"220 here\r\n")
        receiver = ""
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb in {b"EHLO", b"HELO", b"MAIL", b"RSET", b"NOOP"}:
                self.wfile.write(b"250 fine\r\n")
            elif verb == b"RCPT":
                receiver = line.decode().partition("<")[2].partition(">")[0]
                self.wfile.write(post.to_receiver + b"\r\n")
            elif verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                content = b""
                while (part := self.rfile.readline()) not in {b".\r\n", b""}:
                    content += part
                if post.to_data.startswith(b"2"):
                    letter = message_from_bytes(content, policy=policy.default)
                    post.letters.append((receiver, letter))
                self.wfile.write(post.to_data + b"\r\n")
            elif verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return


@contextmanager
def mail_server() -> Iterator[Post]:
    """A mail server that keeps what it takes."""
    post = Post()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Smtp) as server:
        server.daemon_threads = True
        server.post = post
        post.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield post
        server.shutdown()
        thread.join()


@dataclass
class Web:
    """What a web server was sent, and what it does about it."""

    url: str = ""
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[BaseHTTPRequestHandler], None] | None = None


class _Http(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        web: Web = self.server.web
        body = self.rfile.read(int(self.headers["Content-Length"]))
        web.calls.append((self.path, dict(self.headers), body))
        if web.answer is not None:
            web.answer(self)
            return
        self.send_response(204)
        self.end_headers()

    do_GET = do_POST  # noqa: N815 - the name the library calls

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def web_server() -> Iterator[Web]:
    """A web server that keeps what it is sent."""
    web = Web()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Http) as server:
        server.daemon_threads = True
        server.web = web
        web.url = f"http://127.0.0.1:{server.server_address[1]}/hooks/notices?from=portal"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield web
        server.shutdown()
        thread.join()
