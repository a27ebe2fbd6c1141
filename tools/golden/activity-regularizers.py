"""Golden values of Keras 3 for activity regularizers, for packages/core/src/model/activity-regularizers.test.ts.

Each case is a model as Keras writes it, with weights, samples and options of `fit`, and what Keras makes of them: the
loss of `evaluate`, the gradients of the first batch, and losses and weights after some epochs of SGD with momentum.

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/activity-regularizers.py
"""

import json
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
import numpy as np
from keras import layers
from keras.regularizers import L1, L1L2, L2

random = np.random.default_rng(20_240_714)
N, BATCH, EPOCHS = 11, 4, 3


def draw(shape):
    # Multiples of 1/64: short to write.
    return (np.round(64 * random.uniform(-1, 1, shape)) / 64).astype("float32")


def listed(values):
    return [float(str(value)) for value in np.asarray(values).astype("float32").reshape(-1)]


def models():
    yield "convolutions", [
        keras.Input((7, 6, 2)),
        layers.Conv2D(3, 3, activation="relu", activity_regularizer=L1(0.01)),
        layers.DepthwiseConv2D(2, activation="tanh", activity_regularizer=L2(0.02)),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(3, activation="softmax", activity_regularizer=L1L2(0.1, 0.3)),
    ], {}
    yield "convolution, ReLU, pooling", [
        keras.Input((9, 9, 1)),
        layers.Conv2D(4, 3, activation="relu", activity_regularizer="l1l2", kernel_regularizer=L2(0.05)),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(3, activation="softmax"),
    ], {}
    yield "a layer of its own, and weights", [
        keras.Input((5, 5, 2)),
        layers.SeparableConv2D(3, 3, padding="same", activity_regularizer=L2(0.01)),
        layers.ActivityRegularization(l1=0.02, l2=0.005),
        layers.BatchNormalization(activity_regularizer=L1(0.01)),
        layers.Activation("gelu", activity_regularizer=L2(0.02)),
        layers.GlobalAveragePooling2D(),
        layers.Dense(3, activation="softmax"),
    ], {"sample_weight": draw(N) + 1.5}
    yield "a frozen layer", [
        keras.Input((6,)),
        layers.Dense(5, activation="elu", activity_regularizer=L1(0.03), trainable=False),
        layers.Dense(3, activation="softmax", activity_regularizer=L2(0.5)),
    ], {}


def case(name, stack, options):
    model = keras.Sequential(stack)
    for weight in model.weights:
        # Moving variances stay above 0.
        weight.assign(draw(weight.shape) if "moving" not in weight.path else np.ones(weight.shape))
    weights = [listed(value) for value in model.get_weights()]
    x = draw((N, *model.input_shape[1:]))
    y = random.integers(0, 3, N)
    rate = 0.05
    model.compile(keras.optimizers.SGD(rate, momentum=0.9), "sparse_categorical_crossentropy")
    before = model.evaluate(x, y, batch_size=BATCH, verbose=0)
    # The gradients of the first batch, from a step of SGD without momentum.
    probe = keras.models.clone_model(model)
    probe.set_weights(model.get_weights())
    probe.compile(keras.optimizers.SGD(1.0), "sparse_categorical_crossentropy")
    first = {key: value[:BATCH] for key, value in options.items()}
    start = [weight.numpy() for weight in probe.trainable_weights]
    probe.fit(x[:BATCH], y[:BATCH], batch_size=BATCH, shuffle=False, verbose=0, **first)
    gradients = [listed(a - b.numpy()) for a, b in zip(start, probe.trainable_weights)]
    history = model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0, **options).history
    return {
        "name": name,
        "model": {
            "class_name": "Sequential",
            "config": json.loads(model.to_json())["config"],
        },
        "weights": weights,
        "x": listed(x),
        "shape": list(x.shape[1:]),
        "y": [int(value) for value in y],
        "sampleWeight": listed(options["sample_weight"]) if options else None,
        "before": float(before),
        "gradients": gradients,
        "losses": [float(value) for value in history["loss"]],
        "after": [listed(value) for value in model.get_weights()],
        "evaluated": float(model.evaluate(x, y, batch_size=BATCH, verbose=0)),
    }


cases = [case(*one) for one in models()]
target = Path(__file__).parents[2] / "tests" / "golden" / "activity-regularizers.json"
golden = {"keras": keras.__version__, "batchSize": BATCH, "rate": 0.05, "cases": cases}
target.write_text(json.dumps(golden) + "\n")
print(target, target.stat().st_size)
