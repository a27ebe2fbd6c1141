"""Beginnings of files that Heddle names but does not read, as their own tools write them: tests/golden/foreign-files.json.

For packages/heddle/src/datasets/foreign-files.test.ts. Needs numpy, h5py, pandas and pyarrow.

    python tools/golden/foreign-files.py
"""

import base64
import io
import json
import pathlib
import pickle
import sqlite3
import tempfile

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "foreign-files.json"
folder = pathlib.Path(tempfile.mkdtemp())
x = np.arange(48, dtype="u1").reshape(3, 4, 4)
table = pa.Table.from_pandas(pd.DataFrame({"label": [0, 1, 0]}))


def written(write):
    path = folder / "file"
    write(path)
    content = path.read_bytes()
    path.unlink()
    return content


def hdf5(path):
    with h5py.File(path, "w") as file:
        file["x"] = x


def stream(path):
    with pa.ipc.new_stream(str(path), table.schema) as sink:
        sink.write_table(table)


def sqlite(path):
    with sqlite3.connect(path) as database:
        database.execute("create table images (label integer)")


files = {
    "an HDF5 file": written(hdf5),
    "an Arrow file": written(lambda path: pyarrow.feather.write_feather(table, path)),
    "an Arrow stream": written(stream),
    "an SQLite database": written(sqlite),
    "a Python pickle": pickle.dumps({"x": x}),
    "a Python pickle of protocol 2": pickle.dumps({"x": x}, protocol=2),
}
OUTPUT.write_text(
    json.dumps({name: base64.b64encode(content[:512]).decode() for name, content in files.items()}, indent=1) + "\n"
)
