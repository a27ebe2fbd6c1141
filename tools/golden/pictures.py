"""What Pillow makes of pictures, for packages/core/src/pictures/pillow-golden.test.ts: tests/golden/pictures.json.

Inputs are drawn by a formula that the test repeats, so that only results are stored.

    python tools/golden/pictures.py
"""

import json
import pathlib

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


def main():
    sizes = [((7, 9), (3, 4)), ((5, 6), (7, 8)), ((16, 5), (5, 5)), ((4, 9), (4, 2)), ((31, 64), (2, 3))]
    colours = drawn(8, 8, 3)
    golden = {
        "pillow": __version__,
        "resize": [resized(*size, channels, to) for channels in MODES for size, to in sizes],
        "grey": np.asarray(picture(colours).convert("L")).reshape(-1).tolist(),
    }
    OUTPUT.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


main()
