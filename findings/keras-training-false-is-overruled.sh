#!/usr/bin/env bash
# `training=False` in a functional graph of Keras 3 holds only outside of `fit`: the model's own `training` overrules it.
#
# `BatchNormalization()(x, training=False)` reads as "always by the moving statistics", and guides to transfer learning call a
# whole base model that way. The argument is kept in the graph, and saved with it. But where the model is run with
# `training=True`, as `fit` does, that goes to every layer whose call takes `training`, also to one that was called with False:
# the layer normalizes by the batch and moves its statistics. A dropout that was called with False drops. Only
# `trainable = False` holds for a batch normalization, and nothing does for a dropout. The other way round, a layer that was
# called with `training=True` is in inference mode where the model is called with False.
#
# Seen with Python 3.11, keras 3.15.1 and tensorflow-cpu 2.21.0 on Linux, as printed below.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet keras==3.15.1 tensorflow-cpu==2.21.0

cat > overruled.py <<'PY'
import keras
import numpy as np

print("keras", keras.__version__)
x = np.full((8, 4), 3.0, "float32") + np.arange(8, dtype="float32")[:, None]


def model_with(layer, **called):
    """A functional model of one layer, called in the graph with these arguments."""
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layer(inputs, **called))
    model.compile("sgd", "mse")
    return model


def moved(trainable):
    normalization = keras.layers.BatchNormalization(momentum=0.5)
    normalization.trainable = trainable
    model = model_with(normalization, training=False)
    model.fit(x, x, batch_size=8, verbose=0)
    return float(keras.ops.convert_to_numpy(normalization.moving_mean)[0])


def zeros(called, run):
    model = model_with(keras.layers.Dropout(0.5, seed=1), training=called)
    return int((keras.ops.convert_to_numpy(model(x, training=run)) == 0).sum()) > 0


seen = {
    "moving mean after fit, called with training=False": moved(True),
    "the same with trainable=False": moved(False),
    "dropout called with False drops where the model trains": zeros(False, True),
    "dropout called with True drops where the model does not train": zeros(True, False),
}
for name, value in seen.items():
    print(f"{name}: {value}")
assert list(seen.values()) == [3.25, 0.0, True, False]
PY
KERAS_BACKEND=tensorflow TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python overruled.py
