"""The external term format in a page: a second implementation, so that the program's own is not its only judge.

Atoms are Atom, binaries are bytes, tuples, lists, integers and floats are themselves, maps are dict.
Contract: decode(encode(term)) == term; anything malformed raises ValueError.
"""

import struct


class Atom(str):
    """Equal to a str of the same name, so that maps are read as answer["reason"]."""

    __slots__ = ()

    def __repr__(self):
        return f"'{self}'"


def encode(term):
    return b"\x83" + _encode(term)


def _encode(term):
    if isinstance(term, bool):
        return _encode(Atom("true" if term else "false"))
    if isinstance(term, Atom):
        name = term.encode()
        return (struct.pack(">BB", 119, len(name)) if len(name) < 256 else struct.pack(">BH", 118, len(name))) + name
    if isinstance(term, str):
        raise ValueError(f"{term!r} is text: say Atom or bytes")
    if isinstance(term, int):
        if 0 <= term <= 255:
            return struct.pack(">BB", 97, term)
        if -(2**31) <= term < 2**31:
            return struct.pack(">Bi", 98, term)
        digits = abs(term).to_bytes((abs(term).bit_length() + 7) // 8, "little")
        return struct.pack(">BBB", 110, len(digits), term < 0) + digits
    if isinstance(term, float):
        return struct.pack(">Bd", 70, term)
    if isinstance(term, bytes):
        return struct.pack(">BI", 109, len(term)) + term
    if isinstance(term, tuple):
        head = struct.pack(">BB", 104, len(term)) if len(term) < 256 else struct.pack(">BI", 105, len(term))
        return head + b"".join(map(_encode, term))
    if isinstance(term, list):
        if not term:
            return b"\x6a"
        return struct.pack(">BI", 108, len(term)) + b"".join(map(_encode, term)) + b"\x6a"
    if isinstance(term, dict):
        pairs = (_encode(key) + _encode(value) for key, value in term.items())
        return struct.pack(">BI", 116, len(term)) + b"".join(pairs)
    raise ValueError(f"{term!r} has no term")


def decode(payload):
    reader = _Reader(payload)
    if reader.take(1) != b"\x83":
        raise ValueError("a term starts with 131")
    term = reader.term()
    if reader.left():
        raise ValueError(f"{reader.left()} bytes after the term")
    return term


class _Reader:
    def __init__(self, payload):
        self.payload = payload
        self.at = 0

    def left(self):
        return len(self.payload) - self.at

    def take(self, count):
        if count > self.left():
            raise ValueError(f"{count} bytes wanted at {self.at}, {self.left()} left")
        self.at += count
        return self.payload[self.at - count : self.at]

    def number(self, code):
        return struct.unpack(">" + code, self.take(struct.calcsize(">" + code)))[0]

    def terms(self, count):
        return [self.term() for _ in range(count)]

    def term(self):
        tag = self.number("B")
        read = _TAGS.get(tag)
        if read is None:
            raise ValueError(f"tag {tag} at {self.at - 1}")
        return read(self)

    def atom(self, length, encoding="utf-8"):
        return Atom(self.take(length).decode(encoding))

    def big(self, length):
        sign, digits = self.number("B"), self.take(length)
        return int.from_bytes(digits, "little") * (-1 if sign else 1)

    def list(self, count):
        items = self.terms(count)
        if self.number("B") != 106:
            raise ValueError("an improper list")
        return items

    def map(self, count):
        pairs = [(self.term(), self.term()) for _ in range(count)]
        if len(dict(pairs)) != count:
            raise ValueError("a key twice")
        return dict(pairs)


_TAGS = {
    70: lambda r: r.number("d"),
    97: lambda r: r.number("B"),
    98: lambda r: r.number("i"),
    100: lambda r: r.atom(r.number("H"), "latin-1"),
    104: lambda r: tuple(r.terms(r.number("B"))),
    105: lambda r: tuple(r.terms(r.number("I"))),
    106: lambda r: [],
    107: lambda r: list(r.take(r.number("H"))),
    108: lambda r: r.list(r.number("I")),
    109: lambda r: r.take(r.number("I")),
    110: lambda r: r.big(r.number("B")),
    115: lambda r: r.atom(r.number("B"), "latin-1"),
    116: lambda r: r.map(r.number("I")),
    118: lambda r: r.atom(r.number("H")),
    119: lambda r: r.atom(r.number("B")),
}
