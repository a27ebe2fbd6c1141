"""Golden values of confident learning, by NumPy alone.

Thresholds, confident joint, its calibration and the suspects as Northcutt, Jiang and Chuang define them (JAIR 70, 2021),
from whole-array operations, so that nothing is shared with the implementation under test but the definitions:

    python tools/golden/confident-learning.py
"""

import json
import pathlib

import numpy as np

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "confident-learning.json"

random = np.random.default_rng(20_210_414)


def case(name, images, classes, noise, sharpness, absent=()):
    """Probabilities of a model that knows the true class more or less, and labels of which a share was changed."""
    present = np.setdiff1d(np.arange(classes), absent)
    true = random.choice(present, images)
    flipped = random.random(images) < noise
    labels = np.where(flipped, random.choice(present, images), true)
    logits = random.standard_normal((images, classes)) + sharpness * np.eye(classes)[true]
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    # As they are written: the figures below are those of the rounded ones.
    probabilities = probabilities.round(4)

    carries = labels[:, None] == np.arange(classes)
    counts = carries.sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        thresholds = (probabilities * carries).sum(0) / counts
    reached = probabilities >= np.where(counts > 0, thresholds, np.inf)
    is_sure = reached.any(1)
    sure = np.where(reached, probabilities, -1).argmax(1)
    joint = np.zeros((classes, classes), dtype=int)
    np.add.at(joint, (labels[is_sure], sure[is_sure]), 1)

    rows = joint.sum(1, keepdims=True)
    shares = np.where(rows > 0, joint / np.maximum(rows, 1), np.eye(classes))
    calibrated = shares * counts[:, None]
    calibrated = calibrated / calibrated.sum()

    own = probabilities[np.arange(images), labels]
    margins = own - np.where(carries, -1, probabilities).max(1)
    (suspects,) = np.nonzero(is_sure & (sure != labels) & (margins < 0))
    suspects = suspects[np.lexsort((suspects, margins[suspects]))]
    return {
        "name": name,
        "classes": classes,
        "labels": labels.tolist(),
        "probabilities": probabilities.reshape(-1).tolist(),
        "thresholds": [None if np.isnan(value) else float(value) for value in thresholds],
        "confidentJoint": joint.tolist(),
        "joint": calibrated.tolist(),
        "estimatedErrors": float((1 - np.trace(calibrated)) * images),
        "suspects": suspects.tolist(),
        "suggested": sure[suspects].tolist(),
        "margins": margins[suspects].tolist(),
    }


CASES = [
    case("a good model, few wrong labels", 240, 5, 0.1, 5),
    case("a poor model, many wrong labels", 240, 4, 0.4, 1.5),
    case("two classes", 120, 2, 0.15, 3),
    case("a class without images", 160, 4, 0.2, 3, absent=(2,)),
]

OUTPUT.write_text(json.dumps({"cases": CASES}) + "\n")
