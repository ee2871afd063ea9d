"""A server process with the real life and a made-up engine: python fake_server.py MODE FOLDER WEIGHTS …"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from codeclm.builtin import host
from codeclm.builtin.place import Place, Server

SECRET = "/secret"


class Handler(BaseHTTPRequestHandler):
    asked = 0
    log = Path()

    def do_GET(self):
        Handler.asked += self.path == f"{SECRET}/v1/ask"
        self.say({"status": "ok"} if self.path == f"{SECRET}/health" else {})

    def do_POST(self):
        from codeclm.testing import loop_reply  # takes longer to load than the server to start

        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with Handler.log.open("a") as log:
            log.write(json.dumps(asked, sort_keys=True) + "\n")
        time.sleep(0.02)
        message = {"role": "assistant", "content": loop_reply(asked)}
        self.say({"choices": [{"index": 0, "finish_reason": "stop", "message": message}]})

    def say(self, said):
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Fake:
    def __init__(self, name, slots, context):
        import os

        web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=web.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{web.server_port}{SECRET}/v1"
        self.server = Server(url, name, int(slots), int(context), os.getpid())

    def work(self):
        return Handler.asked, False


def main():
    mode, folder, _, name, slots, context, *rest = sys.argv[1:]
    idle = float(rest[1]) if rest else 600.0
    place = Place(Path(folder))
    Handler.log = place.folder / "asked"
    with (place.folder / "starts").open("a") as starts:
        starts.write("x")

    def load():
        if mode == "dies":
            sys.exit("0.01 I srv: fine so far\n0.02 E loader: error loading model: tensor \x1b[31m missing")
        time.sleep({"slow": 60.0, "late": 1.0}.get(mode, 0.0))
        return Fake(name, slots, context)

    host.serve(place, load, idle=idle, grace=0.4, tick=0.05)


main()
