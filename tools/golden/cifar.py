"""Files of CIFAR as published, with few images: tests/golden/cifar.json, for packages/heddle/src/datasets/cifar-folder.test.ts.

The published batches were pickled by Python 2 in protocol 2; `python2` writes the same instructions. The others are written
by this Python's own pickle.

    python tools/golden/cifar.py
"""

import base64
import io
import json
import pathlib
import pickle
import struct
import tarfile

import numpy as np

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "cifar.json"
random = np.random.default_rng(7)


def rows(count):
    """Rows whose planes differ: red 10 + image, green 20 + image, blue a ramp."""
    data = np.zeros((count, 3, 1024), "u1")
    for image in range(count):
        data[image, 0], data[image, 1] = 10 + image, 20 + image
        data[image, 2] = np.arange(1024) % 251
    return data.reshape(count, 3072)


def python2(fields):
    """A dictionary as cPickle of Python 2 wrote it: texts are byte strings (U, T)."""
    out = bytearray(b"\x80\x02}q\x01(")

    def text(value):
        out.extend(b"U" + bytes([len(value)]) + value if len(value) < 256 else b"T" + struct.pack("<I", len(value)) + value)

    def array(value):
        out.extend(b"cnumpy.core.multiarray\n_reconstruct\nq\x02cnumpy\nndarray\nq\x03K\x00\x85U\x01b\x87Rq\x04(K\x01")
        out.extend(b"M" + struct.pack("<H", value.shape[0]) + b"M" + struct.pack("<H", value.shape[1]) + b"\x86")
        out.extend(b"cnumpy\ndtype\nq\x05U\x02u1K\x00K\x01\x87Rq\x06(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89")
        text(value.tobytes())
        out.extend(b"tb")

    for key, value in fields.items():
        text(key)
        if isinstance(value, np.ndarray):
            array(value)
        elif isinstance(value, bytes):
            text(value)
        else:
            out.extend(b"](")
            for item in value:
                out.extend(b"K" + bytes([item])) if isinstance(item, int) else text(item)
            out.extend(b"e")
    out.extend(b"u.")
    return bytes(out)


def tarred(files):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


names = ["airplane", "automobile", "bird"]


def batch(start, count, key=b"labels"):
    labels = [(start + image) % 3 for image in range(count)]
    return {b"batch_label": b"a batch", key: labels, b"data": rows(count), b"filenames": [b"x.png"] * count}


def ten(write):
    return {
        "data_batch_1": write(batch(0, 2)),
        "data_batch_2": write(batch(2, 1)),
        "test_batch": write(batch(1, 2)),
        "batches.meta": write({b"label_names": [name.encode() for name in names], b"num_vis": [30]}),
    }


def decoded(fields):
    return {key.decode(): value for key, value in fields.items()}


def binary(start, count, fine=False):
    out = bytearray()
    for image, row in enumerate(rows(count)):
        label = (start + image) % 3
        out += bytes([9, label] if fine else [label]) + row.tobytes()
    return bytes(out)


cases = {
    "python2": ten(python2),
    **{f"protocol {protocol}": ten(lambda fields, p=protocol: pickle.dumps(decoded(fields), protocol=p)) for protocol in (2, 3, 4)},
    "binary": {
        "data_batch_1.bin": binary(0, 2),
        "data_batch_2.bin": binary(2, 1),
        "test_batch.bin": binary(1, 2),
        "batches.meta.txt": ("\n".join(names) + "\n\n").encode(),
        "readme.html": b"<html>",
    },
    "cifar100": {
        "train": python2(batch(0, 3, b"fine_labels") | {b"coarse_labels": [9, 9, 9]}),
        "test": python2(batch(1, 2, b"fine_labels")),
        "meta": python2({b"fine_label_names": [name.encode() for name in names], b"coarse_label_names": [b"x"]}),
    },
    "cifar100 binary": {
        "train.bin": binary(0, 3, True),
        "test.bin": binary(1, 2, True),
        "fine_label_names.txt": "\n".join(names).encode(),
        "coarse_label_names.txt": b"x",
    },
}


class Evil:
    def __reduce__(self):
        import os

        return (os.system, ("touch evil",))


refused = {
    "os.system": pickle.dumps({"data": Evil()}, protocol=2),
    "os.system in protocol 4": pickle.dumps({"data": Evil()}, protocol=4),
    "objects": pickle.dumps({"data": np.array([1, "a"], dtype=object)}, protocol=2),
    "a structured array": pickle.dumps({"data": np.zeros(2, [("a", "u1")])}, protocol=2),
    "an object": pickle.dumps({"data": pathlib.PurePosixPath("a")}, protocol=2),
    "protocol 0": pickle.dumps({"data": 1.5}, protocol=0),
    "a list": pickle.dumps([1, 2], protocol=2),
    "other keys": pickle.dumps({"x": 1}, protocol=2),
}
import gzip  # noqa: E402

packed = {
    kind: {name: base64.b64encode(gzip.compress(content, mtime=0)).decode() for name, content in files.items()}
    for kind, files in (cases | {"refused": refused}).items()
}
archive = tarred({f"cifar-10-batches-py/{name}": content for name, content in cases["python2"].items()})
packed["archive"] = {"cifar-10-python.tar.gz": base64.b64encode(gzip.compress(archive, mtime=0)).decode()}
OUTPUT.write_text(json.dumps(packed, indent=1) + "\n")
