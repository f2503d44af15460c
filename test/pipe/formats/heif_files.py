"""HEIF files for tests: images that heif-enc has coded, put together as other writers do it.

A telephone's file is a grid of tiles, turned, with a profile, a thumbnail, EXIF and images that are auxiliary; heif-enc
writes none of that but the thumbnail.
"""

import pathlib
import shutil
import struct
import subprocess
import tempfile

HEIF_ENC = shutil.which("heif-enc")


def box(kind, *contents):
    body = b"".join(contents)
    return struct.pack(">I", 8 + len(body)) + kind.encode() + body


def full_box(kind, *contents, version=0, flags=0):
    return box(kind, struct.pack(">I", version << 24 | flags), *contents)


def boxes(data):
    at = 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        yield kind.decode("latin-1"), data[at + 8 : at + length]
        at += length


def find(data, *path, skip=0):
    """The contents of the first box of each name, one in the other; `skip` bytes before the boxes in it."""
    for kind in path:
        data = next(contents for name, contents in boxes(data) if name == kind)
        data = data[4:] if kind in ("meta",) else data
    return data[skip:]


class Coded:
    """An image as heif-enc codes it: how its decoder is set up, and its data. Of one that is smaller than 64 x 64 it makes
    a grid, which is none."""

    def __init__(self, image, *options):
        assert min(image.size) >= 64
        with tempfile.TemporaryDirectory() as folder:
            source, target = pathlib.Path(folder, "image.png"), pathlib.Path(folder, "image.heic")
            image.save(source)
            subprocess.run([HEIF_ENC, *options, "-o", target, source], check=True, capture_output=True)
            self.file = target.read_bytes()
        meta = find(self.file, "meta")
        self.size = image.size
        self.hvcc = find(meta, "iprp", "ipco", "hvcC")
        iloc = find(meta, "iloc")
        # Version 0, one item, one extent: offset 4 bytes, length 4 bytes, base 4 bytes or none.
        base_bytes = iloc[5] >> 4
        base = int.from_bytes(iloc[12 : 12 + base_bytes], "big")
        offset, length = struct.unpack_from(">II", iloc, 12 + base_bytes + 2)
        self.data = self.file[base + offset : base + offset + length]


def ispe(size):
    return full_box("ispe", struct.pack(">II", *size))


def hvcc(coded):
    return box("hvcC", coded.hvcc)


def nclx(primaries, transfer, matrix, full_range):
    return box("colr", b"nclx", struct.pack(">HHHB", primaries, transfer, matrix, full_range << 7))


def icc(profile):
    return box("colr", b"prof", profile)


def irot(quarters):
    return box("irot", bytes([quarters]))


def imir(axis):
    return box("imir", bytes([axis]))


def clap(width, height, right=0, down=0):
    return box("clap", struct.pack(">IIIIiIiI", width, 1, height, 1, right, 1, down, 1))


def aux_c(kind):
    return full_box("auxC", kind.encode() + b"\0")


ALPHA = "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"


class Item:
    """One item: its number is its place in the list, from 1. `references` are (type, [numbers])."""

    def __init__(self, kind, data, properties=(), references=(), hidden=False, content_type=None, in_meta=False, pieces=1):
        self.kind, self.data, self.properties = kind, data, properties
        self.references, self.hidden, self.content_type = references, hidden, content_type
        self.in_meta, self.pieces = in_meta, pieces


def image_item(coded, *properties, **options):
    return Item("hvc1", coded.data, [ispe(coded.size), hvcc(coded), *properties], **options)


def grid_item(rows, columns, size, tiles, *properties, **options):
    data = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, *size)
    references = [("dimg", tiles), *options.pop("references", ())]
    return Item("grid", data, [ispe(size), *properties], references, in_meta=True, **options)


def heif(items, primary=1, brand=b"heic"):
    """The file of these items. Properties of which the bytes are the same are written once."""
    properties = list(dict.fromkeys(each for item in items for each in item.properties))
    infos, associations, references = [], [], []
    for number, item in enumerate(items, 1):
        name = b"\0" + (item.content_type.encode() + b"\0" if item.content_type else b"")
        body = struct.pack(">HH4s", number, 0, item.kind.encode()) + name
        infos.append(full_box("infe", body, version=2, flags=int(item.hidden)))
        essential = ("hvcC", "irot", "imir", "clap")
        numbers = [
            (properties.index(each) + 1) | (0x80 if each[4:8].decode() in essential else 0) for each in item.properties
        ]
        associations.append(struct.pack(">HB", number, len(numbers)) + bytes(numbers))
        for kind, targets in item.references:
            references.append(box(kind, struct.pack(">HH", number, len(targets)), struct.pack(f">{len(targets)}H", *targets)))
    item_data = b"".join(item.data for item in items if item.in_meta)

    def built(start):
        places, in_file, in_meta = [], start, 0
        for number, item in enumerate(items, 1):
            offset = in_meta if item.in_meta else in_file
            in_meta, in_file = (in_meta + len(item.data), in_file) if item.in_meta else (in_meta, in_file + len(item.data))
            cut = [len(item.data) * piece // item.pieces for piece in range(item.pieces + 1)]
            extents = b"".join(struct.pack(">II", offset + a, b - a) for a, b in zip(cut, cut[1:]))
            places.append(struct.pack(">HHHH", number, int(item.in_meta), 0, item.pieces) + extents)
        return box("ftyp", brand, bytes(4), b"mif1", brand) + full_box(
            "meta",
            full_box("hdlr", bytes(4), b"pict", bytes(13)),
            full_box("pitm", struct.pack(">H", primary)),
            full_box("iloc", struct.pack(">HH", 0x4400, len(items)), *places, version=1),
            full_box("iinf", struct.pack(">H", len(items)), *infos),
            full_box("iref", *references) if references else b"",
            box("iprp", box("ipco", *properties), full_box("ipma", struct.pack(">I", len(items)), *associations)),
            box("idat", item_data) if item_data else b"",
        )

    head = built(0)
    data = b"".join(item.data for item in items if not item.in_meta)
    return built(len(head) + 8) + box("mdat", data)
