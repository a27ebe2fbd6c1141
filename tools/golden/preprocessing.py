"""Writes what Keras's preprocessing layers answer, for packages/core/src/layers/preprocessing-golden.test.ts.

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/preprocessing.py

Needs keras 3 and tensorflow. Random layers get ranges of one point, so that nothing is left to chance. Inputs and
upstream gradients follow a rule that the test repeats, so that they need not be stored.
"""

import json
import pathlib

import keras
import numpy as np
import tensorflow as tf

FILE = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "preprocessing" / "cases.json"

AFFINE = ["constant", "nearest", "reflect", "wrap"]


def numbers(shape, factor):
    """Multiples of 1/16 within -2 ... 2."""
    i = np.arange(int(np.prod(shape)), dtype=np.int64)
    values = ((i * factor + i * i * 11) % 65 - 32) / 16
    return values.reshape(shape).astype("float32")


def listed(values):
    return [float(f"{value:.9g}") for value in np.asarray(values, dtype="float32").ravel()]


def case(layer, shape, training, gradient):
    x = tf.Variable(numbers((2, *shape), 37))
    with tf.GradientTape() as tape:
        # RandomBrightness adds in place, which a variable does not have.
        source = tf.identity(x)
        y = layer(source, training=training) if training is not None else layer(source)
    config = layer.get_config()
    for name in ["dtype", "seed", "name", "trainable"]:
        config.pop(name, None)
    result = {
        "class_name": layer.__class__.__name__,
        "config": config,
        "training": bool(training),
        "shape": shape,
        "y_shape": list(y.shape[1:]),
        "y": listed(y),
    }
    if gradient:
        result["dx"] = listed(tape.gradient(y, x, output_gradients=numbers(y.shape, 23)))
    return result


def cases():
    layers = keras.layers
    sizes = [([7, 5, 3], 4, 9), ([6, 9, 1], 13, 5), ([5, 4, 2], 10, 8), ([8, 8, 4], 4, 4), ([3, 7, 1], 3, 7), ([1, 6, 2], 2, 1)]
    for shape, height, width in sizes:
        for interpolation in ["bilinear", "nearest"]:
            yield case(layers.Resizing(height, width, interpolation=interpolation), shape, None, True)
        yield case(layers.Resizing(height, width, crop_to_aspect_ratio=True), shape, None, True)
    crops = [([7, 6, 3], 4, 3), ([7, 6, 1], 7, 6), ([8, 5, 2], 3, 5), ([5, 5, 1], 7, 3), ([4, 9, 2], 6, 11)]
    for shape, height, width in crops:
        yield case(layers.CenterCrop(height, width), shape, None, True)
    for factor, value_range in [(0.3, (0, 255)), (-0.4, (-1, 1.25)), (0, (-2, 2))]:
        yield case(layers.RandomBrightness([factor, factor], value_range=value_range), [5, 4, 3], True, True)
    # A window of the whole image leaves RandomCrop no choice.
    yield case(layers.RandomCrop(6, 5), [6, 5, 3], True, True)
    for shape in [[5, 4, 3], [3, 7, 1]]:
        channels = shape[-1]
        mean = [0.25 * (c + 1) for c in range(channels)]
        variance = [2.5 / (c + 1) for c in range(channels)]
        yield case(layers.Normalization(mean=mean, variance=variance), shape, None, True)
        yield case(layers.Normalization(axis=None, mean=0.5, variance=0.3), shape, None, True)
        yield case(layers.Normalization(mean=-0.5, variance=0.0), shape, None, True)
        yield case(layers.Normalization(mean=mean, variance=variance, invert=True), shape, None, True)
        for axis in [1, (1, 2), (1, 3), (3, 2), (1, 2, 3)]:
            kept = [shape[a - 1] for a in sorted([axis] if isinstance(axis, int) else axis)]
            spread = numbers(kept, 5) ** 2
            yield case(layers.Normalization(axis=axis, mean=numbers(kept, 7).tolist(), variance=spread.tolist()), shape, None, True)
        yield case(layers.Normalization(axis=(1, 3), mean=[0.5], variance=[2.0], invert=True), shape, None, True)
    for mode in AFFINE:
        for interpolation in ["bilinear", "nearest"]:
            options = {"fill_mode": mode, "interpolation": interpolation, "fill_value": 0.75}
            # Tensorflow's gradient of these is an approximation, so there is none here.
            for down, right in [(0.3, -0.7), (-0.9, 0.15), (0.61, 0.93)]:
                factors = ([down, down], [right, right])
                yield case(layers.RandomTranslation(*factors, **options), [5, 6, 1], True, False)
            for turns in [0.07, -0.31, 0.8]:
                yield case(layers.RandomRotation([turns, turns], **options), [6, 5, 2], True, False)
            for height, width in [(0.37, None), (-0.43, 0.81), (1.0, -0.27)]:
                factors = ([height, height], width and [width, width])
                yield case(layers.RandomZoom(*factors, **options), [5, 7, 1], True, False)
    for layer in [
        layers.RandomTranslation(0.3, 0.2),
        layers.RandomRotation(0.2),
        layers.RandomZoom(0.3),
        layers.RandomBrightness(0.3),
        layers.RandomContrast(0.4),
        layers.RandomErasing(),
        layers.RandomFlip(),
    ]:
        yield case(layer, [4, 3, 2], False, False)


def contrast():
    """The factor cannot be a range of one point, so it is passed in."""
    layer = keras.layers.RandomContrast([0.2, 0.9], value_range=[-1.5, 1.25])
    for factor in [0.8, 1.0, 1.7]:
        x = tf.Variable(numbers((2, 5, 4, 3), 37))
        with tf.GradientTape() as tape:
            factors = tf.fill([2, 1, 1, 1], tf.constant(factor, "float32"))
            y = layer.transform_images(x, {"contrast_factor": factors}, training=True)
        dx = tape.gradient(y, x, output_gradients=numbers(y.shape, 23))
        yield {"factor": factor, "value_range": [-1.5, 1.25], "shape": [5, 4, 3], "y": listed(y), "dx": listed(dx)}


def adapted():
    """What adapt learns from samples."""
    for axis in [-1, None, 1, (1, 2), (1, 3)]:
        for shape in [[4, 3, 2], [5, 1, 1], [6]]:
            if np.max(axis or 1) > len(shape):
                continue
            layer = keras.layers.Normalization(axis=axis)
            layer.adapt(numbers((7, *shape), 37))
            mean, variance = (np.asarray(weight) for weight in layer.weights[:2])
            yield {"axis": axis, "shape": shape, "mean": listed(mean), "variance": listed(variance)}


def main():
    FILE.parent.mkdir(parents=True, exist_ok=True)
    everything = {
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "layers": list(cases()),
        "contrast": list(contrast()),
        "adapted": list(adapted()),
    }
    FILE.write_text(json.dumps(everything) + "\n")


if __name__ == "__main__":
    main()
