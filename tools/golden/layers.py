"""Golden values of Keras 3 for plain convolutions, Dense, Flatten, Rescaling, Dropout in inference, and merges.

Cases as in convolutions.py; a merge has several inputs and their gradients. Keras computes them in f64, so that its own
rounding is not measured. Run with the TensorFlow backend:

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/layers.py
"""

import keras
import numpy as np
import tensorflow as tf
from common import config_of, layer_case, listed, write
from keras import layers

random = np.random.default_rng(20_240_604)


def draw(shape):
    # Multiples of 1/64: short to write, and the same in f32 and f64.
    return np.round(64 * random.standard_normal(shape)) / 64


def convolutions():
    windows = [
        dict(kernel_size=3),
        dict(kernel_size=3, padding="same", activation="relu"),
        dict(kernel_size=3, padding="same", strides=2),
        dict(kernel_size=(2, 4), strides=(3, 1)),
        dict(kernel_size=(3, 2), padding="same", dilation_rate=2),
        dict(kernel_size=(2, 3), dilation_rate=(2, 3), activation="relu"),
        dict(kernel_size=5, padding="same", strides=2, use_bias=False),
        dict(kernel_size=(7, 1), use_bias=False),
        dict(kernel_size=1, activation="tanh"),
    ]
    for options in windows:
        yield layers.Conv2D(6, **options), (2, 7, 8, 3)
        # Grey images have a kernel of their own.
        yield layers.Conv2D(5, **options), (2, 9, 7, 1)
    # From 8 channels and 4 filters on, Winograd's algorithm; tiles that do not come out even.
    for padding in ["valid", "same"]:
        for activation in [None, "relu"]:
            yield layers.Conv2D(12, 3, padding=padding, activation=activation), (1, 9, 11, 8)
        yield layers.Conv2D(7, 3, padding=padding, use_bias=False), (1, 6, 7, 17)
    # A kernel as large as its input.
    yield layers.Conv2D(4, (5, 3)), (3, 5, 3, 2)


def others():
    for shape, units in [((3, 5), 4), ((5, 17), 13), ((1, 1), 1), ((2, 33), 10)]:
        yield layers.Dense(units), shape
        yield layers.Dense(units, activation="relu", use_bias=False), shape
    yield layers.Dense(10, activation="softmax"), (3, 37)
    for shape in [(2, 3, 5, 3), (3, 7), (1, 1, 1, 4)]:
        yield layers.Flatten(), shape
        yield layers.Rescaling(1 / 255), shape
        yield layers.Rescaling(-2.5, offset=0.75), shape
        yield layers.Dropout(0.4), shape


def merge_case(layer, *shapes):
    xs = [draw(shape) for shape in shapes]
    dy = draw(layer(xs).shape)
    sources = [tf.constant(x) for x in xs]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        y = layer(sources)
    dxs = tape.gradient(y, sources, output_gradients=tf.constant(dy))
    return {
        "layer": {"class_name": type(layer).__name__, "config": config_of(layer)},
        "inputs": [list(shape) for shape in shapes],
        "output": list(y.shape),
        **{"xs": [listed(x) for x in xs], "dy": listed(dy), "y": listed(y), "dxs": [listed(dx) for dx in dxs]},
    }


def merges():
    for shape in [(3, 7), (2, 3, 5, 3)]:
        for count in [2, 3]:
            yield merge_case(layers.Add(), *[shape] * count)
            yield merge_case(layers.Multiply(), *[shape] * count)
            yield merge_case(layers.Concatenate(), *[shape] * count)
    yield merge_case(layers.Concatenate(axis=1), (2, 3, 4, 3), (2, 1, 4, 3))
    yield merge_case(layers.Concatenate(axis=-2), (2, 3, 4, 3), (2, 3, 2, 3), (2, 3, 5, 3))
    yield merge_case(layers.Concatenate(axis=3), (2, 3, 4, 1), (2, 3, 4, 6))
    broadcast = [
        [(2, 3, 5, 7), (2, 1, 1, 7)],
        [(2, 7), (2, 3, 5, 7)],
        [(2, 3, 5, 4), (2, 3, 5, 1), (2, 5, 1)],
        [(3, 4, 1, 5), (3, 1, 6, 5)],
        [(2, 3, 1), (2, 1, 9)],
        [(2, 1), (2, 5, 3, 4)],
    ]
    for kind in [layers.Average, layers.Maximum, layers.Minimum]:
        for count in [2, 3]:
            yield merge_case(kind(), *[(2, 3, 5, 3)] * count)
    yield merge_case(layers.Subtract(), (2, 3, 5, 3), (2, 3, 5, 3))
    for shapes in broadcast:
        for kind in [layers.Add, layers.Multiply, layers.Average, layers.Maximum, layers.Minimum]:
            yield merge_case(kind(), *shapes)
        yield merge_case(layers.Subtract(), *shapes[:2])


keras.backend.set_floatx("float64")
cases = [layer_case(layer, draw(shape), draw) for layer, shape in [*convolutions(), *others()]]
write("layers", cases=cases, merges=list(merges()))
