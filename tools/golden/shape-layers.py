"""Golden values of Keras 3 for layers that crop, permute, pool rows of tokens, or scale, and for Dense and normalization on tokens.

Cases as in activations-pooling.py, computed in f64. Run with the TensorFlow backend:

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/shape-layers.py
"""

import keras
import numpy as np
from common import layer_case, write
from keras import layers
from keras.src.applications.convnext import LayerScale

random = np.random.default_rng(20_261_130)


def draw(shape):
    # Fine enough that hardly two are equal: Keras divides the gradient of equal maxima.
    return np.round(4096 * random.standard_normal(shape)) / 4096


def cases():
    for cropping in [1, (2, 0), ((1, 2), (0, 3))]:
        yield layers.Cropping2D(cropping), (2, 6, 7, 3)
    yield layers.Cropping2D(), (2, 3, 4, 1)
    for dims in [(2, 1), (1, 2)]:
        yield layers.Permute(dims), (3, 5, 9)
    for dims in [(1, 2, 3), (2, 3, 1), (3, 1, 2), (2, 1, 3), (1, 3, 2), (3, 2, 1)]:
        yield layers.Permute(dims), (2, 3, 4, 5)
    yield layers.Permute((1,)), (2, 7)
    for kind in [layers.GlobalAveragePooling1D, layers.GlobalMaxPooling1D]:
        for keepdims in [False, True]:
            yield kind(keepdims=keepdims), (3, 7, 5)
            yield kind(keepdims=keepdims), (2, 1, 8)
    for axis, shape in [(-1, (3, 7)), (-1, (2, 3, 5)), ([-1], (2, 4, 3, 6)), ([1, 2], (2, 4, 3)), ([3, 2], (2, 4, 3, 6))]:
        yield layers.UnitNormalization(axis=axis), shape
    for shape in [(3, 7), (2, 5, 8), (2, 3, 4, 5)]:
        yield LayerScale(0.5, shape[-1]), shape
    for shape in [(2, 5, 8), (3, 1, 7), (2, 9, 3)]:
        yield layers.Dense(6), shape
        yield layers.Dense(12, activation="gelu"), shape
        yield layers.LayerNormalization(epsilon=1e-6), shape
    yield layers.Reshape((6, 4)), (2, 2, 3, 4)
    yield layers.Dropout(0.2), (2, 3, 4)


keras.backend.set_floatx("float64")
write("shape-layers", cases=[layer_case(layer, draw(shape), draw) for layer, shape in cases()])
