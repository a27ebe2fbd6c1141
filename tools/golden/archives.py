"""Archives as Python writes them, for packages/heddle/src/datasets/archive-folder.test.ts: tests/golden/archives.json.

Each holds the same small pictures, table or IDX files; "refused" holds archives with links and names that lead out.

    python tools/golden/archives.py
"""

import base64
import bz2
import gzip
import io
import json
import lzma
import pathlib
import tarfile
import zipfile

import numpy as np
from PIL import Image

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "archives.json"
LONG = "a-very-long-name-" + "x" * 120


def png(value):
    file = io.BytesIO()
    Image.fromarray(np.full((2, 3), value, "u1")).save(file, "PNG")
    return file.getvalue()


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes() + array.tobytes()


PICTURES = {
    f"photos/{split}/{name}/{position}{suffix}.png": png(value + position)
    for split, value, suffix in (("train", 10, ""), ("test", 20, LONG))
    for name, value in (("cat", value), ("dög", value + 100))
    for position in range(2)
}
TABLE = "label,a,b,c,d\n" + "".join(f"{row % 2},{row},1,2,255\n" for row in range(8))
IDX = {
    "train-images-idx3-ubyte": idx(np.arange(24, dtype="u1").reshape(4, 2, 3)),
    "train-labels-idx1-ubyte": idx(np.array([0, 1, 0, 1], "u1")),
    "t10k-images-idx3-ubyte": idx(np.arange(12, dtype="u1").reshape(2, 2, 3)),
    "t10k-labels-idx1-ubyte": idx(np.array([1, 0], "u1")),
}


def zipped(files, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def tarred(files, form=tarfile.PAX_FORMAT, mode="w", entries=()):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode, format=form) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        for entry in entries:
            archive.addfile(entry)
    return file.getvalue()


def link(kind, name, target):
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


def linked_zip():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("photos/cat/1.png", png(1))
        entry = zipfile.ZipInfo("photos/cat/2.png")
        entry.create_system, entry.external_attr = 3, 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return file.getvalue()


def dos_names():
    """A name in code page 437, without the flag of UTF-8."""
    return zipped({"a/d_g/1.png": png(1), "a/cat/1.png": png(2)}, zipfile.ZIP_STORED).replace(b"d_g", b"d\x94g")


mac = {"__MACOSX/photos/._train": b"x", "photos/train/cat/._0.png": b"x", "photos/.DS_Store": b"x"}
one = {"photos/cat/1.png": png(1)}
cases = {
    "pictures": {
        "zip": zipped(PICTURES),
        "stored.zip": zipped(PICTURES, zipfile.ZIP_STORED),
        "mac.zip": zipped(PICTURES | mac),
        "windows.zip": zipped(PICTURES).replace(b"photos/", b"photos\\"),
        "pax.tar": tarred(PICTURES),
        "gnu.tar": tarred(PICTURES, tarfile.GNU_FORMAT),
        "tar.gz": tarred(PICTURES, mode="w:gz"),
        "tgz": tarred(PICTURES, tarfile.GNU_FORMAT, "w:gz"),
        "tar.bz2": tarred(PICTURES, mode="w:bz2"),
        "tar.xz": tarred(PICTURES, mode="w:xz"),
    },
    "tables": {
        "csv": TABLE.encode(),
        "csv.gz": gzip.compress(TABLE.encode()),
        "csv.zip": zipped({"in.csv": TABLE}),
        "csv.bz2": bz2.compress(TABLE.encode()),
        "csv.xz": lzma.compress(TABLE.encode()),
        "split.tar": tarred({"data/my_train.csv": TABLE.encode(), "data/my_test.csv": TABLE.encode()}, tarfile.USTAR_FORMAT),
    },
    "idx": {
        "zip": zipped({f"MNIST/raw/{name}": content for name, content in IDX.items()}),
        "tar.gz": tarred({f"{name}.gz": gzip.compress(content) for name, content in IDX.items()}, mode="w:gz"),
    },
    "refused": {
        "dots.zip": zipped({"../../outside.png": png(1)}),
        "dots.tar": tarred({"photos/../../outside.png": png(1)}),
        "absolute.zip": zipped({"/etc/outside.png": png(1)}),
        "absolute.tar": tarred({"/etc/outside.png": png(1)}),
        "link.zip": linked_zip(),
        "link.tar": tarred(one, entries=[link(tarfile.SYMTYPE, "photos/cat/2.png", "/etc/passwd")]),
        "hard.tar": tarred(one, entries=[link(tarfile.LNKTYPE, "photos/cat/2.png", "photos/cat/1.png")]),
        "device.tar": tarred(one, entries=[link(tarfile.CHRTYPE, "photos/zero", "")]),
        "empty.zip": zipped({}),
        "other.zip": zipped({"notes/readme.txt": b"x", "notes/model.pth": b"x"}),
    },
    "dosNames": {"zip": dos_names()},
}
OUTPUT.write_text(
    json.dumps(
        {kind: {name: base64.b64encode(content).decode() for name, content in files.items()} for kind, files in cases.items()},
        indent=1,
    )
    + "\n"
)
