"""What Pillow makes of pictures, for packages/core/src/pictures/pillow-golden.test.ts: tests/golden/pictures.json.

Inputs are drawn by a formula that the test repeats, so that only results are stored.

    python tools/golden/pictures.py
"""

import base64
import io
import json
import pathlib
import struct

import numpy as np
from PIL import Image, __version__

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "pictures.json"

MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def drawn(height, width, channels):
    """Value number k is k * k * 7 + k * 31, as a byte."""
    k = np.arange(height * width * channels)
    return ((k * k * 7 + k * 31) % 256).astype("u1").reshape(height, width, channels)


def picture(values):
    return Image.fromarray(values[..., 0] if values.shape[2] == 1 else values)


def resized(height, width, channels, to):
    result = picture(drawn(height, width, channels)).resize(to[::-1], Image.Resampling.BILINEAR)
    assert result.mode == MODES[channels]
    return {"from": [height, width, channels], "to": list(to), "values": np.asarray(result).reshape(-1).tolist()}


def file_case(name, content):
    """A file, and what Pillow reads from it: bytes, or 16-bit values."""
    result = Image.open(io.BytesIO(content))
    result.load()
    if result.mode in ("1", "P"):
        result = result.convert("L" if result.mode == "1" or is_grey(result) else "RGB")
    values = np.asarray(result)
    shape = [*values.shape, 1][:3]
    return {
        "name": name,
        "file": base64.b64encode(content).decode(),
        "shape": shape,
        "values": values.reshape(-1).tolist(),
    }


def is_grey(result):
    colours = np.asarray(result.getpalette()).reshape(-1, 3)
    return bool((colours == colours[:, :1]).all())


def saved(image, form):
    file = io.BytesIO()
    image.save(file, form)
    return file.getvalue()


def bmp(width, height, bits, compression, pixels, *, masks=b"", palette=b"", size=40):
    """A BMP file from its parts."""
    header = struct.pack("<IiiHHIIiiII", size, width, height, 1, bits, compression, len(pixels), 0, 0, len(palette) // 4, 0)
    header = (header + masks).ljust(size, b"\0") if size > 40 else header + masks
    start = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + header + palette + pixels


def files():
    grey, colours, opaque = (picture(drawn(5, 7, channels)) for channels in (1, 3, 4))
    yield "BMP, 1 bit", saved(grey.convert("1"), "BMP")
    yield "BMP, 8 bits, grey", saved(grey, "BMP")
    yield "BMP, 8 bits, colours", saved(colours.quantize(16), "BMP")
    yield "BMP, 24 bits", saved(colours, "BMP")
    yield "BMP, 32 bits with opacity", saved(opaque, "BMP")
    words = drawn(5, 7, 2).reshape(5, 14)
    rows = b"".join(row.tobytes() + b"\0\0" for row in words)
    yield "BMP, 16 bits", bmp(7, 5, 16, 0, rows)
    yield "BMP, 16 bits with masks", bmp(7, -5, 16, 3, rows, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
    palette = b"".join(bytes([k * 16, 255 - k * 16, k * 7, 0]) for k in range(16))
    half = bmp(7, 5, 4, 0, drawn(5, 4, 1).tobytes(), palette=palette)
    yield "BMP, 4 bits", half
    runs = bytes([3, 5, 4, 9, 0, 0, 0, 3, 1, 2, 3, 0, 0, 2, 1, 0, 3, 7, 0, 0, 7, 11, 0, 0, 7, 2, 0, 0, 7, 3, 0, 1])
    yield "BMP, 8 bits in runs", bmp(7, 5, 8, 1, runs, palette=palette)
    # Of an odd number of plain pixels, Pillow 12.3 loses the last one.
    runs = bytes([7, 0x5A, 0, 0, 0, 6, 0x12, 0x34, 0x56, 0, 1, 0xEE, 0, 0, 7, 0x11, 0, 0, 7, 0x22, 0, 0, 7, 0x33, 0, 1])
    yield "BMP, 4 bits in runs", bmp(7, 5, 4, 2, runs, palette=palette)
    yield "PBM in bytes", saved(grey.convert("1"), "PPM")
    yield "PGM in bytes", saved(grey, "PPM")
    yield "PPM in bytes", saved(colours, "PPM")
    yield "PBM in text", b"P1\n# one\n7 3 # two\n0110010 1 1 1 0 0 0 1\n0000011"
    yield "PGM in text", b"P2 3 2 9\n0 1 2 3\n8 9\n"
    yield "PPM in text", b"P3\n2 1\n255 0 1 2\n250 251 252"
    yield "PGM to 100", b"P5 3 2 100\n" + bytes([0, 1, 50, 99, 100, 33])
    yield "PGM of 16 bits", b"P5 3 2 65535\n" + struct.pack(">6H", 0, 1, 4080, 30_000, 65_535, 77)
    yield "PGM of 12 bits", b"P5 3 2 4095\n" + struct.pack(">6H", 0, 1, 2048, 3_000, 4_095, 77)


def main():
    sizes = [((7, 9), (3, 4)), ((5, 6), (7, 8)), ((16, 5), (5, 5)), ((4, 9), (4, 2)), ((31, 64), (2, 3))]
    colours = drawn(8, 8, 3)
    golden = {
        "pillow": __version__,
        "resize": [resized(*size, channels, to) for channels in MODES for size, to in sizes],
        "grey": np.asarray(picture(colours).convert("L")).reshape(-1).tolist(),
        "files": [file_case(*one) for one in files()],
    }
    OUTPUT.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


main()
