"""Ten training steps of three whole models in Keras 3: the study's CNN, a residual and a depthwise network.

Written for each: the model and its optimizer as Keras has them, its weights before and behind the steps, the loss of
each step, and the predictions behind them. Images and labels follow a rule that the test repeats.

Keras computes them in f64, as its own f32 is not exact either: where a sum is within rounding of a ReLU's 0 or two of a
pooling window are equal but for it, rounding decides, and Adam makes much of it. So the first weights are those of the
first seed from which Keras comes to the same in f32, and in f64 from weights a millionth apart from them. How far apart
those are is written too. Run with the TensorFlow backend:

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/whole-models.py
"""

import itertools
import json

import keras
import numpy as np
from common import listed, write
from keras import layers

SAMPLES, BATCH, STEPS, CLASSES = 80, 16, 10, 10
# How far apart the three trainings may be: below the bound of the test, 1e-4.
AGREEMENT = 2e-5


def noise(count, seed):
    """Bytes of a linear congruential generator."""
    state, values = seed, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(state >> 24)
    return np.array(values)


def images(shape):
    """Bytes: noise, and stripes whose position depends on the class."""
    size = int(np.prod(shape))
    labels = noise(SAMPLES, 1) % CLASSES
    stripes = (np.arange(size) + 7 * labels[:, None]) % CLASSES < 3
    values = noise(SAMPLES * size, 2).reshape(SAMPLES, size) // 2 + 100 * stripes
    return values.reshape(SAMPLES, *shape), labels


def study():
    """The study's CNN on smaller images; a rate of 0, because the draws of dropout differ."""
    return keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(16, 3, activation="relu"),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.0),
            layers.Flatten(),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )


def residual():
    """Two residual blocks, the second with half the pixels, more channels and a projection."""
    inputs = keras.Input((11, 11, 3))
    x = layers.Rescaling(1 / 64, offset=-1.5)(inputs)
    x = layers.Conv2D(8, 3, padding="same", use_bias=False)(x)
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    for filters, strides in [(8, 1), (12, 2)]:
        y = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
        y = layers.Activation("relu")(layers.BatchNormalization(momentum=0.8)(y))
        y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
        y = layers.BatchNormalization()(y)
        if strides > 1:
            x = layers.Conv2D(filters, 1, strides=strides, use_bias=False)(x)
            x = layers.BatchNormalization()(x)
        x = layers.Activation("relu")(layers.Add()([x, y]))
    outputs = layers.Dense(CLASSES, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, outputs)


def depthwise():
    """Depthwise separable blocks as in MobileNet, on an odd number of pixels."""
    inputs = keras.Input((15, 15, 3))
    x = layers.Rescaling(1 / 64, offset=-1.5)(inputs)
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    for filters, strides in [(16, 1), (24, 2)]:
        x = layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)(x)
        x = layers.Activation("relu")(layers.BatchNormalization(momentum=0.9)(x))
        x = layers.Conv2D(filters, 1, use_bias=False)(x)
        x = layers.Activation("relu")(layers.BatchNormalization(momentum=0.9)(x))
    x = layers.SeparableConv2D(32, 3, padding="same", use_bias=False)(x)
    x = layers.Activation("relu")(layers.BatchNormalization(momentum=0.9)(x))
    outputs = layers.Dense(CLASSES, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, outputs)


def first_weights(model, random):
    """Of each weight by its name, in 65536ths: exact in f32, short to write. Kernels as Glorot draws them."""
    drawn = {}
    for layer in model.layers:
        for weight in layer.weights:
            shape = tuple(weight.shape)
            if "kernel" in weight.name:
                # Keras's fans: what a unit reads, and what reads it.
                field = int(np.prod(shape[:-2]))
                limit = np.sqrt(6 / (field * (shape[-2] + shape[-1])))
                value = random.uniform(-limit, limit, shape)
            else:
                value = np.asarray(weight)
            drawn[f"{layer.name}/{weight.name}"] = np.round(65536 * value)
    return drawn


def built(build, dtype):
    # Names count from the start again.
    keras.backend.clear_session()
    keras.backend.set_floatx(dtype)
    return build()


def trained(build, optimizer, dtype, before):
    """Losses, weights and predictions after the steps."""
    model = built(build, dtype)
    weights = {f"{layer.name}/{weight.name}": weight for layer in model.layers for weight in layer.weights}
    for path, weight in weights.items():
        weight.assign(before[path] / 65536)
    x, labels = images(model.input_shape[1:])
    model.compile(optimizer(), "sparse_categorical_crossentropy", jit_compile=False)
    losses = []
    for step in range(STEPS):
        first = step * BATCH % SAMPLES
        # It answers with the mean since the last reset.
        model.reset_metrics()
        losses.append(float(model.train_on_batch(x[first : first + BATCH], labels[first : first + BATCH])))
    return {
        "losses": losses,
        "after": {path: np.asarray(weight) for path, weight in weights.items()},
        "predictions": model.predict(x, batch_size=BATCH, verbose=0),
    }


def apart(one, other):
    """The largest relative error, as packages/core/src/base/golden.testing.ts has it."""

    def error(a, b):
        a, b = (np.asarray(values, dtype="float64") for values in (a, b))
        return float(np.max(np.abs(a - b) / np.maximum(np.abs(b), min(1, np.max(np.abs(b))))))

    parts = [(one[name], other[name]) for name in ["losses", "predictions"]]
    parts += [(one["after"][path], value) for path, value in other["after"].items()]
    return max(error(a, b) for a, b in parts)


def case(name, build, optimizer):
    model = built(build, "float32")
    for seed in itertools.count(1):
        random = np.random.default_rng(seed)
        before = first_weights(model, random)
        exact = trained(build, optimizer, "float64", before)
        moved = {path: value * (1 + random.uniform(-1e-6, 1e-6, value.shape)) for path, value in before.items()}
        rounding = apart(trained(build, optimizer, "float32", before), exact)
        conditioning = apart(trained(build, optimizer, "float64", moved), exact)
        print(f"{name}, seed {seed}: f32 {rounding:.1e} from f64, a millionth apart {conditioning:.1e}")
        if max(rounding, conditioning) <= AGREEMENT:
            break
    return {
        "name": name,
        "model": json.loads(model.to_json()),
        "optimizer": {"class_name": type(optimizer()).__name__, "config": optimizer().get_config()},
        "shape": list(model.input_shape[1:]),
        **{"samples": SAMPLES, "batchSize": BATCH, "seed": seed},
        **{"f32FromF64": rounding, "aMillionthBeside": conditioning},
        "before": {path: [int(value) for value in weight.reshape(-1)] for path, weight in before.items()},
        "losses": exact["losses"],
        "after": {path: listed(weight) for path, weight in exact["after"].items()},
        "predictions": listed(exact["predictions"]),
    }


def sgd(momentum):
    return lambda: keras.optimizers.SGD(0.05, momentum=momentum)


write(
    "whole-models",
    models=[
        case("the study's CNN", study, keras.optimizers.Adam),
        case("a residual network with BatchNormalization", residual, sgd(0.0)),
        case("a depthwise network like MobileNet", depthwise, sgd(0.9)),
    ],
)
