"""Files that bzip2 and xz packed: tests/golden/packed.json, for packages/core/src/formats/packed.test.ts.

Each has the packed bytes in base64, and the length and the SHA-256 of what they hold. `xz` packs several blocks.

    python tools/golden/packed.py
"""

import base64
import bz2
import hashlib
import json
import lzma
import pathlib
import subprocess

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "packed.json"


def noise(count, seed=1):
    values = bytearray()
    for _ in range(count):
        seed = (1103515245 * seed + 12345) % 2**31
        values.append(seed >> 16 & 255)
    return bytes(values)


table = b"label,pixel1,pixel2,pixel3,pixel4\n" + b"".join(
    b"%d,%d,%d,%d,255\n" % (row % 10, row % 7, row * row % 256, row // 9 % 256) for row in range(1500)
)
runs = b"".join(bytes([97 + length % 3]) * length for length in [1, 3, 4, 5, 6, 255, 258, 259, 260, 261, 600, 4, 4])
far = noise(1000) + b"\0" * 200_000 + noise(1000) + b"ab" * 40_000 + noise(1000)


def lzma2(**options):
    return [{"id": lzma.FILTER_LZMA2, "preset": 6, **options}]


packed = {
    "bzip2, one block": (bz2.compress(table), table),
    "bzip2, level 1, several blocks": (bz2.compress(far * 2, 1), far * 2),
    "bzip2, runs": (bz2.compress(runs), runs),
    "bzip2, every byte": (bz2.compress(noise(2000)), noise(2000)),
    "bzip2, nothing": (bz2.compress(b""), b""),
    "bzip2, two streams": (bz2.compress(b"one\n") + bz2.compress(b"two\n"), b"one\ntwo\n"),
    "bzip2, zeros": (bz2.compress(b"\0" * 2_000_000), b"\0" * 2_000_000),
    "xz": (lzma.compress(table), table),
    "xz -0, CRC-32": (lzma.compress(far, check=lzma.CHECK_CRC32, preset=0), far),
    "xz -9e, no check": (lzma.compress(table, check=lzma.CHECK_NONE, preset=9 | lzma.PRESET_EXTREME), table),
    "xz, far matches": (lzma.compress(far), far),
    "xz, noise": (lzma.compress(noise(2000)), noise(2000)),
    "xz, runs": (lzma.compress(runs), runs),
    "xz, nothing": (lzma.compress(b""), b""),
    "xz, two streams": (lzma.compress(b"one\n") + bytes(8) + lzma.compress(b"two\n"), b"one\ntwo\n"),
    "xz, lc 0, lp 2, pb 0": (lzma.compress(table, filters=lzma2(lc=0, lp=2, pb=0)), table),
    "xz, lc 4, pb 4, window of 4096": (lzma.compress(far, filters=lzma2(lc=4, pb=4, dict_size=4096)), far),
    "xz, zeros": (lzma.compress(b"\0" * 5_000_000), b"\0" * 5_000_000),
    "xz, several blocks": (
        subprocess.run(["xz", "--block-size=5000", "-c"], input=table, capture_output=True, check=True).stdout,
        table,
    ),
    "xz, SHA-256": (lzma.compress(b"one\n", check=lzma.CHECK_SHA256), b"one\n"),
    "xz, a filter for programs": (
        lzma.compress(b"one\n", filters=[{"id": lzma.FILTER_X86}, *lzma2()]),
        b"one\n",
    ),
}
# For tools/fuzz/targets-data.mjs.
tables = [
    b"label,pixel1,pixel2,pixel3,pixel4\n3,0,10,255,7\n1,5,,6,7\n0,1,2,3,4\n",
    b"".join(b"0,5,%d,9,%d\n" % (row, row % 3) for row in range(60)),
]
for index, content in enumerate(tables):
    packed[f"bzip2, table {index}"] = (bz2.compress(content), content)
    packed[f"xz, table {index}"] = (lzma.compress(content), content)
    packed[f"xz, table {index}, CRC-32"] = (lzma.compress(content, check=lzma.CHECK_CRC32), content)

values = {
    name: {
        "packed": base64.b64encode(data).decode(),
        "length": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    for name, (data, content) in packed.items()
}
OUTPUT.write_text(json.dumps(values, indent=1) + "\n")
