"""Parquet files as Hugging Face's datasets writes them: tests/golden/parquet.json, for
packages/heddle/src/datasets/parquet.test.ts.

Pictures are a struct of bytes and path, uncompressed; labels are whole numbers, whose names are in the metadata.

    python tools/golden/parquet.py
"""

import base64
import io
import json
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "parquet.json"


def png(value):
    file = io.BytesIO()
    Image.fromarray(np.full((2, 3), value, "u1")).save(file, "PNG")
    return file.getvalue()


def feature(kind):
    return {"_type": kind}


def written(rows, features, schema, compression="snappy", group=None):
    metadata = {"huggingface": json.dumps({"info": {"features": features}})} if features else None
    table = pa.Table.from_pylist(rows, schema=schema.with_metadata(metadata))
    file = io.BytesIO()
    pq.write_table(table, file, compression=compression, row_group_size=group)
    return file.getvalue()


image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
schema = pa.schema([("image", image), ("label", pa.int64())])
names = {"image": feature("Image"), "label": {"names": ["shirt", "bag", "çoat"], **feature("ClassLabel")}}


def rows(start, count):
    return [{"image": {"bytes": png(start + row), "path": f"{row}.png"}, "label": row % 3} for row in range(count)]


two = pa.schema([("img", image), ("fine_label", pa.int64()), ("coarse_label", pa.int64())])
two_names = {
    "img": feature("Image"),
    "fine_label": {"names": ["apple", "rose"], **feature("ClassLabel")},
    "coarse_label": {"names": ["fruit", "flowers"], **feature("ClassLabel")},
}
cases = {
    "folder": {
        "train-00000-of-00002.parquet": written(rows(10, 4), names, schema, group=3),
        "train-00001-of-00002.parquet": written(rows(20, 2), names, schema),
        "test-00000-of-00001.parquet": written(rows(30, 3), names, schema, "none"),
    },
    "single": {"mnist.parquet": written(rows(10, 4), names, schema)},
    "gaps": {"train-00000-of-00002.parquet": written(rows(10, 4), names, schema)},
    "fine": {
        "train-00000-of-00001.parquet": written(
            [{"img": {"bytes": png(row), "path": None}, "fine_label": row % 2, "coarse_label": 0} for row in range(4)], two_names, two
        )
    },
    "texts": {
        "train.parquet": written(
            [{"image": {"bytes": png(row), "path": None}, "label": "ab"[row % 2]} for row in range(4)],
            None,
            pa.schema([("image", image), ("label", pa.string())]),
        )
    },
    "table": {"table.parquet": written([{"label": 1, "pixel0": 2}], None, pa.schema([("label", pa.int64()), ("pixel0", pa.int64())]))},
    "missing": {
        "train.parquet": written(
            [*rows(10, 4), {"image": {"bytes": b"no picture", "path": None}, "label": 0}, {"image": {"bytes": png(1), "path": None}, "label": None}],
            names,
            schema,
        )
    },
}
OUTPUT.write_text(
    json.dumps(
        {kind: {name: base64.b64encode(content).decode() for name, content in files.items()} for kind, files in cases.items()}, indent=1
    )
    + "\n"
)
