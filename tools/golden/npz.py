"""Files as NumPy writes them, for packages/core/src/data/npz.test.ts: tests/golden/npz.json.

Each is a small array file or archive in base64 with the values in it, or the reason why it must be refused.

    python tools/golden/npz.py
"""

import base64
import io
import json
import pathlib

import numpy as np

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "npz.json"

random = np.random.default_rng(20_240_611)


def packed(write):
    file = io.BytesIO()
    write(file)
    return base64.b64encode(file.getvalue()).decode()


def array_file(array, version=None):
    return packed(lambda file: np.lib.format.write_array(file, array, version=version))


def array_case(name, array, version=None, decode=False):
    values = array.reshape(-1).tolist()
    values = [value.decode() for value in values] if decode else values
    return {"name": name, "file": array_file(array, version), "shape": list(array.shape), "values": values}


def arrays():
    for dtype in ["u1", "i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8"]:
        limits = np.iinfo(dtype)
        low, high = max(limits.min, -(2**40)), min(limits.max, 2**40)
        yield array_case(dtype, random.integers(low, high, (2, 3), dtype=np.int64).astype(dtype))
    yield array_case("<f4", random.standard_normal((2, 2, 2)).astype("<f4"))
    yield array_case("<f8", random.standard_normal((3, 1)))
    yield array_case("bool", np.array([True, False, True]))
    yield array_case("text", np.array(["cat", "élan", "🙂", ""]))
    yield array_case("version 2", np.arange(4, dtype="u1"), (2, 0))
    yield array_case("version 3", np.arange(4, dtype="u1"), (3, 0))
    # One dimension is in both orders at once.
    yield array_case("one dimension", np.asfortranarray(np.arange(3, dtype="<f4")))


    fortran = np.asfortranarray(np.arange(24, dtype="u1").reshape(2, 3, 4))
    yield array_case("Fortran order", fortran)
    yield array_case("Fortran order, floats", np.asfortranarray(fortran.astype("<f8")))
    yield array_case("Fortran order, text", np.asfortranarray(np.array([["a", "b", "c"], ["d", "e", "f"]])))
    for dtype in [">u2", ">i4", ">i8", ">f4", ">f8", ">f2"]:
        yield array_case(f"big-endian {dtype}", np.array([[1, 2], [3, 300], [0, 100]], dtype=dtype))
    yield array_case("big-endian text", np.array(["cat", "élan"]).astype(">U5"))
    halves = np.array([0, -0.5, 1, 1 / 3, 255, 65504, 2**-24, 1e-5, -2.0])
    yield array_case("float16", halves.astype("<f2"))
    yield array_case("bytes of text", np.array([b"cat", "dög".encode(), b""]), decode=True)


def refused():
    pairs = {
        "pickled Python objects": np.array([1, "a", None], dtype=object),
        "a structured array": np.zeros(2, dtype=[("a", "u1"), ("b", "<f4")]),
        "complex": np.zeros(2, dtype="<c8"),
    }
    for name, array in pairs.items():
        yield {"name": name, "file": array_file(array)}


def archives():
    x_train = random.integers(0, 256, (5, 4, 4), dtype=np.uint8)
    x_test = random.integers(0, 256, (2, 4, 4), dtype=np.uint8)
    y_train = np.array([0, 1, 2, 1, 0], dtype=np.uint8)
    y_test = np.array([2, 1], dtype=np.uint8)
    keras = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    floats = {**keras, "x_train": (x_train / 255).astype("f4"), "x_test": (x_test / 255).astype("f4")}
    cifar = {
        "x_train": random.integers(0, 256, (3, 2, 2, 3), dtype=np.uint8),
        "y_train": np.array([[3], [1], [2]], dtype=np.int64),
    }
    named = {"images": x_test, "labels": np.array(["dog", "cat"])}
    for name, save, content in [
        ("stored", np.savez, keras),
        ("deflated", np.savez_compressed, keras),
        ("floats", np.savez_compressed, floats),
        ("cifar", np.savez, cifar),
        ("named", np.savez, named),
    ]:
        yield {
            "name": name,
            "file": packed(lambda file: save(file, **content)),
            "arrays": {key: {"shape": list(a.shape), "values": a.reshape(-1).tolist()} for key, a in content.items()},
        }


cases = {"arrays": list(arrays()), "refused": list(refused()), "archives": list(archives())}
OUTPUT.write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")
