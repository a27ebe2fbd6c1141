"""Keras's fit with weights, and its callbacks: tests/golden/fit.json, for model/fit-golden.test.ts and
callbacks/keras-golden.test.ts of packages/core/src."""

import json
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
import numpy as np

random = np.random.default_rng(7)
N, INPUTS, CLASSES = 22, 5, 3
x = random.uniform(-1, 1, (N, INPUTS)).astype("float32")
y = random.integers(0, CLASSES, N)
kernel = random.uniform(-1, 1, (INPUTS, CLASSES)).astype("float32")
bias = random.uniform(-1, 1, CLASSES).astype("float32")
sample_weight = random.uniform(0, 3, N).astype("float32")


def model(rate=0.1, regularizer=None, bias_regularizer=None):
    penalties = {"kernel_regularizer": regularizer, "bias_regularizer": bias_regularizer}
    layer = keras.layers.Dense(CLASSES, activation="softmax", **penalties)
    built = keras.Sequential([keras.Input((INPUTS,)), layer])
    built.set_weights([kernel, bias])
    built.compile(
        optimizer=keras.optimizers.SGD(rate, momentum=0.9),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return built


def listed(array):
    return [float(value) for value in np.asarray(array).ravel()]


def fitted(options, **build):
    trained = model(**build)
    history = trained.fit(x, y, batch_size=4, epochs=3, shuffle=False, verbose=0, **options).history
    weights = [listed(value) for value in trained.get_weights()]
    return {"history": {name: listed(values) for name, values in history.items()}, "weights": weights}


def callback_model():
    watched = model()
    watched.stop_training = False
    return watched


def driven(make, values, log):
    """What a callback does, epoch by epoch, for these values of val_loss."""
    callback = make()
    watched = callback_model()
    callback.set_model(watched)
    callback.on_train_begin()
    steps = []
    for epoch, value in enumerate(values):
        if watched.stop_training:
            break
        # Weights that tell the epochs apart.
        watched.set_weights([np.full_like(kernel, epoch + 1), bias])
        callback.on_epoch_end(epoch, {"val_loss": value})
        steps.append(log(watched))
    callback.on_train_end()
    return {"values": values, "steps": steps, "epoch_of_weights": float(watched.get_weights()[0][0, 0])}


sequences = [
    [1.0, 0.9, 0.8, 0.85, 0.84, 0.83, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75],
    [1.0, 1.1, 1.2, 0.5, 0.49, 0.485, 0.484, 0.4, 0.6, 0.6, 0.6, 0.6],
    [0.5, 0.5, 0.5, 0.5, 0.4999, 0.49, 0.6, 0.7, 0.3, 0.3, 0.3, 0.3],
]
stopping = [
    {},
    {"patience": 2},
    {"patience": 2, "restore_best_weights": True},
    {"patience": 3, "min_delta": 0.05, "restore_best_weights": True},
    {"patience": 2, "baseline": 0.6, "restore_best_weights": True},
    {"patience": 1, "start_from_epoch": 3, "restore_best_weights": True},
    {"patience": 2, "mode": "max"},
]
plateau = [
    {"patience": 2},
    {"patience": 1, "factor": 0.5, "cooldown": 2},
    {"patience": 1, "factor": 0.5, "min_lr": 0.02},
    {"patience": 2, "min_delta": 0.05},
    {"patience": 0, "factor": 0.5, "mode": "max"},
]

golden = {
    "x": listed(x),
    "y": [int(value) for value in y],
    "kernel": listed(kernel),
    "bias": listed(bias),
    "sampleWeight": listed(sample_weight),
    "fits": {
        "classWeight": fitted({"class_weight": {0: 0.5, 2: 3.0}, "validation_split": 0.2}),
        "sampleWeight": fitted({"sample_weight": sample_weight}),
        "sampleWeight and validationSplit": fitted(
            {"sample_weight": sample_weight, "validation_split": 0.25}, regularizer=keras.regularizers.L2(0.05)
        ),
        "validationData with weights": fitted(
            {"validation_data": (x[:7], y[:7], sample_weight[:7]), "validation_freq": 2}
        ),
        "ReduceLROnPlateau": fitted(
            {"callbacks": [keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=10)]}
        ),
        "LearningRateScheduler": fitted(
            {"callbacks": [keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * (0.5 + epoch))]}
        ),
        "L1": fitted({}, regularizer=keras.regularizers.L1(0.02), bias_regularizer=keras.regularizers.L1(0.3)),
        "L2": fitted({}, regularizer=keras.regularizers.L2(0.3), bias_regularizer=keras.regularizers.L2(0.05)),
        "L1L2": fitted(
            {},
            regularizer=keras.regularizers.L1L2(0.05, 0.1),
            bias_regularizer=keras.regularizers.L1L2(0.01, 0.2),
        ),
    },
    "EarlyStopping": [
        {"options": options, **driven(lambda: keras.callbacks.EarlyStopping(**options), values, lambda m: bool(m.stop_training))}
        for options in stopping
        for values in sequences
    ],
    "ReduceLROnPlateau": [
        {
            "options": options,
            **driven(
                lambda: keras.callbacks.ReduceLROnPlateau(**options),
                values,
                lambda m: float(m.optimizer.learning_rate),
            ),
        }
        for options in plateau
        for values in sequences
    ],
}
target = Path(__file__).parents[2] / "tests" / "golden" / "fit.json"
target.write_text(json.dumps(golden) + "\n")
print(target, target.stat().st_size)
