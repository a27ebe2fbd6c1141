"""Golden values of Keras 3 for losses and metrics.

A loss's case is its configuration, whether a softmax or sigmoid comes before it, its inputs and targets, and what Keras
makes of them: the mean loss and the gradient of its inputs. A metric's case is its configuration, predictions and
targets in several batches, and its result. Run with the TensorFlow backend:

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/losses-metrics.py
"""

import keras
import numpy as np
import tensorflow as tf
from common import listed, write
from keras import losses, metrics

random = np.random.default_rng(20_240_602)


def draw(shape, spread=1.0):
    return (spread * random.standard_normal(shape)).astype("float32")


def softmax(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return (powers / powers.sum(-1, keepdims=True)).astype("float32")


def one_hot(labels, classes):
    return np.eye(classes, dtype="float32")[labels]


def loss_case(loss, x, target, activation=None, delta=None):
    source = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(source)
        outputs = keras.ops.sigmoid(source) if activation == "sigmoid" else source
        outputs = keras.ops.softmax(outputs) if activation == "softmax" else outputs
        value = loss(tf.constant(target), outputs)
    config = loss.get_config()
    kept = {key: config[key] for key in ["from_logits", "label_smoothing"] if key in config}
    # Keras forgets to write Huber's.
    if delta is not None:
        kept["delta"] = delta
    return {
        "loss": {"class_name": type(loss).__name__, "config": kept},
        "activation": activation,
        "shape": list(x.shape),
        "x": listed(x),
        "target": listed(target),
        "value": float(value),
        "dx": listed(tape.gradient(value, source)),
    }


def loss_cases():
    # Where sigmoids saturate and differences bend, and values between.
    special = np.float32([0, 1, -1, 30, -30, 100, -100, 0.5, -0.5, 1e-6])
    for shape in [(3, 1), (5, 7), (2, 5, 3, 1), (3, 4, 2, 3)]:
        size = int(np.prod(shape))
        x = np.concatenate([special, draw(size, 3)])[:size].reshape(shape)
        soft = random.random(shape, dtype="float32")
        hard = (soft > 0.5).astype("float32")
        for smoothing in [0, 0.15]:
            for target in [soft, hard]:
                yield loss_case(losses.BinaryCrossentropy(True, smoothing), x, target)
        yield loss_case(losses.BinaryCrossentropy(), x, hard, "sigmoid")
        # Arbitrary probabilities: some are at the ends, where they are clipped, some beyond.
        p = random.random(shape, dtype="float32")
        p.reshape(-1)[:3] = [0, 1, 1e-8][: min(3, size)]
        p.reshape(-1)[3:6] = [1 - 6e-8, 1.5, -0.25][: max(0, min(3, size - 3))]
        yield loss_case(losses.BinaryCrossentropy(), p, soft)
        yield loss_case(losses.BinaryCrossentropy(False, 0.3), p, hard)
        target = draw(shape, 2)
        # Equal to its target, and a difference of just delta.
        target.reshape(-1)[0] = x.reshape(-1)[0]
        target.reshape(-1)[1] = x.reshape(-1)[1] - 1
        yield loss_case(losses.MeanSquaredError(), x, target)
        yield loss_case(losses.MeanAbsoluteError(), x, target)
        yield loss_case(losses.Huber(), x, target)
        for delta in [0.3, 5.0]:
            yield loss_case(losses.Huber(delta), x, target, delta=delta)
    for samples, classes in [(4, 2), (3, 10), (7, 13)]:
        x = draw((samples, classes), 3)
        labels = random.integers(0, classes, samples)
        rows = softmax(draw((samples, classes), 2))
        yield loss_case(losses.SparseCategoricalCrossentropy(True), x, labels)
        yield loss_case(losses.SparseCategoricalCrossentropy(), x, labels, "softmax")
        for smoothing in [0, 0.1]:
            yield loss_case(losses.CategoricalCrossentropy(True, smoothing), x, rows)
            yield loss_case(losses.CategoricalCrossentropy(False, smoothing), x, one_hot(labels, classes), "softmax")


def metric_case(name, config, metric, outputs, target, sparse=False):
    """`metric` counts the samples in batches of three."""
    wanted = np.argmax(target, -1) if sparse else target
    for first in range(0, len(outputs), 3):
        metric.update_state(wanted[first : first + 3], outputs[first : first + 3])
    value = np.asarray(metric.result(), dtype="float64")
    return {
        "metric": {"class_name": name, "config": config},
        "shape": list(outputs.shape),
        "outputs": listed(outputs),
        "target": listed(target),
        "value": value.tolist(),
    }


class Confusion:
    """The table from Keras's own helper."""

    def __init__(self, classes):
        self.classes, self.labels, self.answers = classes, [], []

    def update_state(self, target, outputs):
        single = outputs.shape[-1] == 1
        self.labels += list(np.asarray(target).reshape(-1) if single else np.argmax(target, -1))
        self.answers += list((outputs > 0.5).reshape(-1) if single else np.argmax(outputs, -1))

    def result(self):
        from keras.src.metrics.metrics_utils import confusion_matrix

        return confusion_matrix(np.int32(self.labels), np.int32(self.answers), self.classes)


def metric_cases():
    for samples, classes in [(11, 4), (25, 10), (8, 3)]:
        # Quarters have equals, zeros and values on the thresholds.
        for outputs in [softmax(draw((samples, classes), 2)), np.round(4 * softmax(draw((samples, classes), 2))) / 4]:
            target = one_hot(random.integers(0, classes, samples), classes)
            pair = (outputs.astype("float32"), target)
            yield metric_case("CategoricalAccuracy", {}, metrics.CategoricalAccuracy(), *pair)
            for k in [1, 2, 3]:
                yield metric_case("TopKCategoricalAccuracy", {"k": k}, metrics.TopKCategoricalAccuracy(k), *pair)
                sparse = metrics.SparseTopKCategoricalAccuracy(k)
                yield metric_case("TopKCategoricalAccuracy", {"k": k}, sparse, *pair, sparse=True)
            for config in [{}, {"threshold": 0.25}, {"class_id": 2}]:
                options = {"thresholds": config.get("threshold"), "class_id": config.get("class_id")}
                yield metric_case("Precision", config, metrics.Precision(**options), *pair)
                yield metric_case("Recall", config, metrics.Recall(**options), *pair)
            for average in ["macro", "micro", "weighted"]:
                for threshold in [None, 0.25]:
                    config = {"average": average, "threshold": threshold}
                    yield metric_case("F1Score", config, metrics.F1Score(**config), *pair)
            yield metric_case("ConfusionMatrix", {}, Confusion(classes), *pair)
    for shape in [(13, 1), (7, 5), (5, 3, 2, 1)]:
        outputs = random.random(shape, dtype="float32")
        outputs.reshape(-1)[:4] = [0, 1, 0.5, 0.25]
        target = (random.random(shape) + 0.4 * outputs > 0.8).astype("float32")
        pair = (outputs, target)
        for threshold in [0.5, 0.3]:
            config = {"threshold": threshold}
            yield metric_case("BinaryAccuracy", config, metrics.BinaryAccuracy(threshold=threshold), *pair)
            yield metric_case("Precision", config, metrics.Precision(threshold), *pair)
            yield metric_case("Recall", config, metrics.Recall(threshold), *pair)
        for curve in ["ROC", "PR"]:
            for number in [200, 5, 2]:
                config = {"curve": curve, "num_thresholds": number}
                yield metric_case("AUC", config, metrics.AUC(**config), *pair)
        yield metric_case("MeanSquaredError", {}, metrics.MeanSquaredError(), *pair)
        yield metric_case("MeanAbsoluteError", {}, metrics.MeanAbsoluteError(), *pair)
        if shape[-1] == 1 and len(shape) == 2:
            yield metric_case("ConfusionMatrix", {}, Confusion(2), *pair)


keras.utils.set_random_seed(1)
write("losses-metrics", losses=list(loss_cases()), metrics=list(metric_cases()))
