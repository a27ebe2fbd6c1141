"""What Keras does where Heddle differs on purpose: tests/golden/differences.json, for packages/core/src/model/differences-golden.test.ts.

NaN is written as null, and an error as the name of its class.

    python tools/golden/differences.py
"""

import json
import os
import pathlib
import subprocess
import sys

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "differences.json"
PROBE = """
import json, math
import keras, numpy as np

def values(layer, rows):
    x = np.array(rows, "float32").reshape(1, 2, 2, 1)
    flat = np.asarray(keras.ops.convert_to_numpy(layer(x))).reshape(-1)
    return [None if math.isnan(value) else float(value) for value in flat]

def trained(labels):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    try:
        loss = model.fit(np.ones((1, 2), "float32"), np.array(labels), verbose=0).history["loss"][0]
        return None if math.isnan(loss) else float(loss)
    except Exception as error:
        return type(error).__name__

nan = float("nan")
print("RESULT" + json.dumps({
    "keras": keras.__version__,
    "maxPooling": {
        "one NaN": values(keras.layers.MaxPooling2D(2), [1, nan, 3, 2]),
        "all NaN": values(keras.layers.MaxPooling2D(2), [nan] * 4),
    },
    "globalMaxPooling": {"one NaN": values(keras.layers.GlobalMaxPooling2D(), [1, nan, 3, 2])},
    "labelOutside": trained([3]),
}))
"""


def probe(backend):
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_ENABLE_ONEDNN_OPTS": "0", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run([sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=True)
    return json.loads(next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))[6:])


def padded():
    import keras
    import numpy as np

    picture = np.arange(1, 9, dtype="float32").reshape(1, 2, 4, 1)
    layer = keras.layers.Resizing(5, 4, interpolation="nearest", pad_to_aspect_ratio=True)
    return np.asarray(layer(picture)).reshape(5, 4).tolist()


golden = {"tensorflow": probe("tensorflow"), "torch": probe("torch"), "padToAspectRatio": padded()}
OUTPUT.write_text(json.dumps(golden, indent=1) + "\n")
print(OUTPUT.read_text())
