"""What the misbehaving port programs of this directory share: frames, the terms that they need, a hello.

Each of them does one thing wrong; the rest of it behaves.
"""
import os
import struct
import sys


class Atom(str):
    pass


def encode(term):
    """The external term format of what a reply holds."""
    if isinstance(term, Atom):
        return b"\x77" + bytes([len(term)]) + term.encode()
    if isinstance(term, int):
        return b"\x62" + struct.pack(">i", term)
    if isinstance(term, bytes):
        return b"\x6d" + struct.pack(">I", len(term)) + term
    if isinstance(term, tuple):
        return b"\x68" + bytes([len(term)]) + b"".join(map(encode, term))
    if isinstance(term, list):
        return b"\x6c" + struct.pack(">I", len(term)) + b"".join(map(encode, term)) + b"\x6a"
    pairs = [encode(Atom(key)) + encode(value) for key, value in term.items()]
    return b"\x74" + struct.pack(">I", len(term)) + b"".join(pairs)


def write(data):
    try:
        while data:
            data = data[os.write(1, data):]
    except BrokenPipeError:
        sys.exit(0)


def send(term):
    payload = b"\x83" + encode(term)
    write(struct.pack(">I", len(payload)) + payload)


def read_exactly(count):
    data = b""
    while len(data) < count:
        more = os.read(0, count - len(data))
        if not more:
            sys.exit(0)
        data += more
    return data


def receive():
    """The operation and the id of the next request, and its payload; the program ends at the end of input."""
    payload = read_exactly(struct.unpack(">I", read_exactly(4))[0])
    # {Op, Id, ...}: an atom with a length of one byte or of two, then an integer of one byte or of four.
    width = 1 if payload[3] in b"sw" else 2
    start = 4 + width
    end = start + int.from_bytes(payload[4:start], "big")
    width = 1 if payload[end] == 0x61 else 4
    request_id = int.from_bytes(payload[end + 1:end + 1 + width], "big")
    return payload[start:end].decode(), request_id, payload


def hello(workers=2, protocol=1, max_request_bytes=1 << 26, **more):
    formats = [Atom("jpeg"), Atom("png")]
    send((Atom("hello"), {
        "libvips": b"8.0.0",
        "loaders": formats,
        "savers": formats,
        "sandbox": {"mode": Atom("off"), "complete": Atom("false")},
        "protocol": protocol,
        "version": b"0.0.0",
        "workers": workers,
        "limits": {"max_request_bytes": max_request_bytes},
        "os_pid": os.getpid(),
        **more,
    }))


def ok(request_id, answer):
    send((Atom("ok"), request_id, answer))


def error(request_id, reason, message=b"as asked"):
    send((Atom("error"), request_id, {"reason": Atom(reason), "message": message}))


def thumbnail(request_id, payload):
    """An answer to `make`: its data is the request's payload, so that callers can see that it is theirs."""
    output = {"format": Atom("png"), "width": 1, "height": 1, "bytes": len(payload), "data": payload}
    source = {"format": Atom("png"), "width": 1, "height": 1}
    ok(request_id, {"source": source, "outputs": [(Atom("ok"), output)]})
