#!/usr/bin/python3
"""A thumbnail from Python, without libvips in this process. Needs msgpack (Debian: python3-msgpack).

    samples/clients/client.py photo.jpg 200x100 small.webp
"""

import os
import struct
import subprocess
import sys

import msgpack


class Thumbnailer:
    """One port program. A call sends a request and waits for its answer; the program outlives the calls."""

    def __init__(self, executable="thumbnailer"):
        command = [executable, "--codec=msgpack"]
        self.program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.requests = 0
        self.hello = self._receive()[1]
        if self.hello["protocol"] != 1:
            raise RuntimeError(f"{executable} speaks protocol {self.hello['protocol']}, this client speaks 1")

    def make(self, source, *outputs, **options):
        """source: bytes of an image, or the path of one. Outputs and options are those of docs/protocol.md."""
        source = ["bytes", source] if isinstance(source, bytes) else ["path", os.fsencode(source)]
        self.requests += 1
        self._send(["make", self.requests, {"outputs": outputs, **options}, source])
        kind, _id, answer = self._receive()
        if kind != "ok":
            raise RuntimeError(f"{answer['reason']}: {answer['message'].decode()}")
        return answer["outputs"]

    def close(self):
        self.program.stdin.close()
        self.program.stdout.close()
        return self.program.wait()

    def _send(self, term):
        payload = msgpack.packb(term)
        self.program.stdin.write(struct.pack(">I", len(payload)) + payload)
        self.program.stdin.flush()

    def _receive(self):
        head = self.program.stdout.read(4)
        if len(head) < 4:
            raise RuntimeError(f"the program ended with {self.program.wait()}")
        return msgpack.unpackb(self.program.stdout.read(*struct.unpack(">I", head)))


if __name__ == "__main__":
    source, size, to = sys.argv[1:]
    width, height = map(int, size.split("x"))
    thumbnailer = Thumbnailer(os.environ.get("THUMBNAILER_EXECUTABLE", "build/thumbnailer"))
    try:
        [(kind, made)] = thumbnailer.make(source, {"width": width, "height": height, "to": os.fsencode(to)})
        if kind != "ok":
            raise RuntimeError(made["message"].decode())
        print(f"{to}: {made['width']}x{made['height']}, {made['bytes']} bytes")
    except RuntimeError as error:
        sys.exit(str(error))
    finally:
        thumbnailer.close()
