"""Golden values of Keras 3 for MultiHeadAttention, of a query and a value, with a key of its own too.

Cases as the merges of layers.py, with weights, computed in f64. Run with the TensorFlow backend:

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/attention.py
"""

import keras
import numpy as np
import tensorflow as tf
from common import config_of, listed, write
from keras import layers

random = np.random.default_rng(20_261_201)


def draw(shape):
    return np.round(64 * random.standard_normal(shape)) / 64


def case(layer, *shapes):
    xs = [tf.constant(draw(shape)) for shape in shapes]
    layer(*xs)
    for weight in layer.weights:
        weight.assign(draw(weight.shape) / 2)
    variables = [weight.value for weight in layer.weights]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = layer(*xs, training=False)
    dy = draw(y.shape)
    dxs, gradients = tape.gradient(y, [xs, variables], output_gradients=tf.constant(dy))
    return {
        "layer": {"class_name": type(layer).__name__, "config": config_of(layer)},
        "inputs": [list(shape) for shape in shapes],
        "output": list(y.shape),
        "weights": [listed(value) for value in variables],
        "gradients": [listed(gradient) for gradient in gradients],
        **{"xs": [listed(x) for x in xs], "dy": listed(dy), "y": listed(y), "dxs": [listed(dx) for dx in dxs]},
    }


def cases():
    attention = layers.MultiHeadAttention
    yield case(attention(2, 4), (2, 5, 6), (2, 5, 6))
    yield case(attention(3, 5, value_dim=2), (2, 4, 7), (2, 6, 3))
    yield case(attention(1, 8, use_bias=False, output_shape=9), (1, 3, 4), (1, 1, 4))
    yield case(attention(2, 3, value_dim=4, dropout=0.3), (2, 3, 5), (2, 7, 5), (2, 7, 2))
    yield case(attention(4, 4), (1, 2, 3, 8), (1, 2, 3, 8))


keras.backend.set_floatx("float64")
write("attention", cases=[], merges=list(cases()))
