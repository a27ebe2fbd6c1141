#!/usr/bin/env bash
# Pillow 12.3.0 loses the last pixel of a stretch of odd length in a 16-colour BMP with run-length encoding.
#
# BI_RLE4 has two ways to write pixels: a run of two alternating colours (`03 12`: 1 2 1), and a plain stretch, whose first
# bytes are 0 and the number of pixels (`00 03 12 30`: 1 2 3, two pixels to a byte, padded to whole words). Pillow reads half
# of that number of bytes, rounded down, so that an odd stretch ends a pixel early. The pixel becomes colour 0, without an
# error or a warning, and the file is loaded as whole. Runs, and stretches of even length, are right.
#
# Seen with Python 3.11 and Pillow 12.3.0 on Linux: 1 2 0 for 1 2 3; 1 2 3 4 0 for 1 2 3 4 5.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet pillow==12.3.0

cat > stretches.py <<'PY'
import io
import struct

import PIL
from PIL import Image


def first_row(width, code):
    """The colours of a picture of one row, written as `code`."""
    palette = b"".join(bytes((grey, grey, grey, 0)) for grey in range(0, 256, 17))
    data = code + b"\0\0" + b"\0\1"
    start = 14 + 40 + len(palette)
    info = struct.pack("<IiiHHIIiiII", 40, width, 1, 1, 4, 2, len(data), 2835, 2835, 16, 16)
    file = struct.pack("<2sIHHI", b"BM", start + len(data), 0, 0, start) + info + palette + data
    picture = Image.open(io.BytesIO(file))
    return [picture.getpixel((x, 0)) for x in range(width)]


print("pillow", PIL.__version__)
seen = {
    "run of 3": first_row(3, bytes((3, 0x12))),
    "stretch of 3": first_row(3, bytes((0, 3, 0x12, 0x30))),
    "stretch of 4": first_row(4, bytes((0, 4, 0x12, 0x34))),
    "stretch of 5": first_row(5, bytes((0, 5, 0x12, 0x34, 0x50, 0))),
}
for name, colours in seen.items():
    print(f"{name}: {colours}")
assert list(seen.values()) == [[1, 2, 1], [1, 2, 0], [1, 2, 3, 4], [1, 2, 3, 4, 0]]
PY
venv/bin/python stretches.py
