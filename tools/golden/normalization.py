"""Golden values of Keras 3 for batch, layer and group normalization.

A case is a layer's configuration as Keras writes it, an input, the gradient of the output, and what Keras makes of
them: output, gradients, and the weights behind a training step. Run with the TensorFlow backend:

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/normalization.py
"""

import keras
import numpy as np
import tensorflow as tf
from common import config_of, listed, write
from keras import layers

random = np.random.default_rng(20_240_602)


def draw(shape, spread=1.0):
    return (spread * random.standard_normal(shape)).astype("float32")


def case(layer, x, training):
    layer.build(x.shape)
    for weight in layer.weights:
        value = draw(weight.shape)
        weight.assign(value**2 + 0.25 if "variance" in weight.name else value)
    before = [listed(weight) for weight in layer.weights]
    dy = draw(x.shape)
    source = tf.constant(x)
    variables = [weight.value for weight in layer.trainable_weights]
    with tf.GradientTape() as tape:
        tape.watch(source)
        y = layer(source, training=training)
    dx, *gradients = tape.gradient(y, [source, *variables], output_gradients=tf.constant(dy))
    return {
        "layer": {"class_name": type(layer).__name__, "config": config_of(layer)},
        "training": training,
        "shape": list(x.shape),
        "weights": before,
        "after": [listed(weight) for weight in layer.weights],
        **{"x": listed(x), "dy": listed(dy), "y": listed(y), "dx": listed(dx)},
        "gradients": [listed(gradient) for gradient in gradients],
    }


def cases():
    for shape in [(7, 5), (6, 16), (3, 5, 7, 3), (2, 4, 3, 9), (5, 3, 4)]:
        for training in [True, False]:
            yield case(layers.BatchNormalization(), draw(shape) + 0.5, training)
    for options in [
        dict(momentum=0.7, epsilon=1e-5),
        dict(center=False),
        dict(scale=False),
        dict(center=False, scale=False, momentum=0.0),
    ]:
        yield case(layers.BatchNormalization(**options), 3 * draw((3, 3, 5, 6)) - 2, True)
        yield case(layers.BatchNormalization(**options), 3 * draw((4, 6)) - 2, False)
    for shape in [(4, 7), (3, 16), (2, 3, 5, 6), (2, 4, 1)]:
        yield case(layers.LayerNormalization(), 2 * draw(shape) + 1, True)
    for options in [
        dict(epsilon=1e-5, center=False),
        dict(scale=False),
        dict(axis=[-2, -1]),
        dict(axis=[1, 2, 3], scale=False, center=False),
    ]:
        yield case(layers.LayerNormalization(**options), 2 * draw((3, 4, 3, 5)) + 1, True)
    for options, shape in [
        (dict(groups=2), (5, 8)),
        (dict(groups=3), (2, 3, 5, 6)),
        (dict(groups=1, epsilon=1e-5), (3, 3, 2, 5)),
        (dict(groups=-1, center=False), (3, 7, 5)),
        (dict(groups=2, scale=False, axis=3), (2, 4, 3, 10)),
        (dict(groups=4, scale=False, center=False), (2, 2, 3, 12)),
        (dict(), (2, 3, 3, 32)),
    ]:
        yield case(layers.GroupNormalization(**options), 2 * draw(shape) + 1, True)


keras.utils.set_random_seed(1)
write("normalization", cases=list(cases()))
