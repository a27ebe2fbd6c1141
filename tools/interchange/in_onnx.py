"""Checks the models of a folder with ONNX's own checker, and computes them with ONNX Runtime. For onnx.mjs.

    python in_onnx.py FOLDER
"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime as ort

folder = pathlib.Path(sys.argv[1])
ort.set_default_logger_severity(3)
for path in sorted(folder.glob("*.onnx")):
    model = onnx.load(path)
    # With the shapes of all values, as strictly as there is.
    onnx.checker.check_model(model, full_check=True)
    onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    [source], [target] = session.get_inputs(), session.get_outputs()
    assert source.shape[0] == "batch" and target.type == "tensor(float)", (source.shape, target.type)
    kind = {"tensor(uint8)": "uint8", "tensor(float)": "float32"}[source.type]
    x = np.fromfile(path.with_suffix(".x"), dtype=kind).reshape(-1, *source.shape[1:])
    [y] = session.run(None, {source.name: x})
    alone = np.concatenate([session.run(None, {source.name: row[None]})[0] for row in x])
    y.tofile(path.with_suffix(".python"))
    assert np.abs(alone - y).max() < 1e-5, path
print(json.dumps({"onnx": onnx.__version__, "onnxruntime": ort.__version__}))
