"""A Keras 3 model as tensorflowjs_converter lays it out: weights by their places in the archive, the configuration without
modules. For packages/interchange/src/tfjs/golden.test.ts. TensorFlow.js 4.22 cannot open it itself.

    TF_ENABLE_ONEDNN_OPTS=0 KERAS_BACKEND=tensorflow python tools/golden/tfjs-keras3.py
"""

import base64
import json
import pathlib
import tempfile
import zipfile

import h5py
import keras
import numpy as np

keras.utils.set_random_seed(4)
inputs = keras.Input((9, 8, 3), name="pixels")
base = keras.Sequential(
    [keras.layers.Conv2D(4, 3, padding="same"), keras.layers.BatchNormalization(), keras.layers.ReLU()], name="base"
)
x = keras.layers.Rescaling(1 / 128, offset=-1)(inputs)
x = base(x)
y = keras.layers.DepthwiseConv2D(3, padding="same", activation="swish", name="z")(x)
x = keras.layers.Add()([x, y])
x = keras.layers.Conv2D(5, 3, strides=2, name="a", kernel_regularizer=keras.regularizers.L2(1e-3))(x)
x = keras.layers.GlobalAveragePooling2D()(x)
outputs = keras.layers.Dense(3, activation="softmax")(x)
model = keras.Model(inputs, outputs, name="keras3")
model.compile("adam", "sparse_categorical_crossentropy")
samples = np.random.default_rng(1).integers(0, 256, (5, 9, 8, 3)).astype("float32")
model.fit(samples, np.arange(5) % 3, epochs=2, verbose=0)

KEYS = ["module", "registered_name", "date_saved"]


def without(value):
    if isinstance(value, dict):
        return {key: without(one) for key, one in value.items() if key not in KEYS}
    return [without(one) for one in value] if isinstance(value, list) else value


with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "model.keras"
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    config = json.loads((pathlib.Path(folder) / "config.json").read_text())
    weights, parts = [], []
    with h5py.File(pathlib.Path(folder) / "model.weights.h5") as file:

        def visit(name, item):
            if isinstance(item, h5py.Dataset) and not name.startswith("optimizer/"):
                data = np.array(item).astype("<f4")
                weights.append({"name": name, "shape": list(data.shape), "dtype": "float32"})
                parts.append(data.tobytes())

        file.visititems(visit)
    version = json.loads((pathlib.Path(folder) / "metadata.json").read_text())["keras_version"]
model_json = {
    "format": "layers-model",
    "generatedBy": f"keras v{version}",
    "convertedBy": "TensorFlow.js Converter v4.22.0",
    "modelTopology": {"keras_version": version, "model_config": without(config)},
    "weightsManifest": [{"paths": ["group1-shard1of1.bin"], "weights": weights}],
}
files = {"model.json": json.dumps(model_json).encode(), "group1-shard1of1.bin": b"".join(parts)}
case = {
    "name": "keras3",
    "files": {name: base64.b64encode(data).decode() for name, data in files.items()},
    "shape": [9, 8, 3],
    "x": [float(value) for value in samples.ravel()],
    "predictions": [float(value) for value in model.predict(samples, verbose=0).ravel()],
}
target = pathlib.Path(__file__).parents[2] / "tests/golden/tfjs-keras3.json"
target.write_text(json.dumps({"keras": keras.__version__, "cases": [case]}) + "\n")
