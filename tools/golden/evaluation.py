"""Golden values of scikit-learn, SciPy and NumPy for the figures of an evaluation.

A case is the probabilities and labels of some images, with what the libraries make of them. Run with scikit-learn,
SciPy and NumPy installed:

    python tools/golden/evaluation.py
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy import optimize, special, stats
from sklearn import calibration, metrics

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "evaluation.json"
BINS = 15
COLDEST, HOTTEST = 0.05, 20

random = np.random.default_rng(20_261_122)


def softmax(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def draw(images, classes, skill=2.0, sharpness=1.6):
    labels = random.integers(0, classes, images)
    logits = random.standard_normal((images, classes))
    logits[np.arange(images), labels] += skill
    return softmax(sharpness * logits).astype("float32"), labels


def none_where_nan(values):
    return [None if np.isnan(value) else float(value) for value in values]


def losses_of(logits, labels, inverse):
    scaled = inverse * logits
    return special.logsumexp(scaled, axis=1) - scaled[np.arange(len(labels)), labels]


def fit_temperature(logits, labels):
    """The least mean loss by the inverse temperature, found where its derivative is 0."""

    def slope(inverse):
        mean = (softmax(inverse * logits) * logits).sum(1)
        return (mean - logits[np.arange(len(labels)), labels]).mean()

    if slope(1 / HOTTEST) >= 0:
        return HOTTEST
    if slope(1 / COLDEST) <= 0:
        return COLDEST
    return 1 / optimize.brentq(slope, 1 / HOTTEST, 1 / COLDEST, xtol=1e-14, rtol=1e-14)


def reliability(confidence, right):
    counts = np.histogram(BINS - confidence * BINS, bins=np.arange(BINS + 1))[0][::-1]
    accuracy, mean = calibration.calibration_curve(right, confidence, n_bins=BINS)
    filled = counts[counts > 0]
    ece = (filled * np.abs(accuracy - mean)).sum() / filled.sum()
    return {
        "counts": counts.tolist(),
        "accuracy": accuracy.tolist(),
        "confidence": mean.tolist(),
        "ece": float(ece),
    }


def halves(labels):
    """Every second image of each class."""
    place = np.array([(labels[:image] == label).sum() for image, label in enumerate(labels)])
    return np.flatnonzero(place % 2 == 0), np.flatnonzero(place % 2 == 1)


def temperature(probabilities, labels):
    logits = np.log(np.maximum(probabilities.astype("float64"), 2.0**-126))
    folds = halves(labels)
    result = {"all": fit_temperature(logits, labels), "folds": None}
    if all(len(fold) for fold in folds):
        predicted = probabilities.argmax(1)
        confidence, losses, fitted = np.zeros(len(labels)), np.zeros(len(labels)), []
        for rows, others in (folds, folds[::-1]):
            value = fit_temperature(logits[others], labels[others])
            confidence[rows] = softmax(logits[rows] / value).max(1)
            losses[rows] = losses_of(logits[rows], labels[rows], 1 / value)
            fitted.append(value)
        table = reliability(np.minimum(confidence, 1), predicted == labels)
        result["folds"] = {"temperatures": fitted, "ece": table["ece"], "loss": float(losses.mean())}
    return result


def coverage(confidence, right):
    """At each confidence that occurs: the share of images of at least that, and how many of them are right."""
    points = []
    for threshold in np.unique(confidence)[::-1]:
        answered = confidence >= threshold
        points.append([float(threshold), float(answered.mean()), float(right[answered].mean())])
    return points


def ranks(probabilities, labels):
    """The rank of the true class, 0 for the likeliest; of equals the first class ranks first."""
    order = np.argsort(-probabilities, axis=1, kind="stable")
    return (order == labels[:, None]).argmax(1)


def evaluated(probabilities, labels):
    classes = probabilities.shape[1]
    exact = probabilities.astype("float64")
    predicted = probabilities.argmax(1)
    right = predicted == labels
    confidence = np.minimum(exact.max(1), 1)
    correct = int(right.sum())
    interval = stats.binomtest(correct, len(labels)).proportion_ci(0.95, method="wilson")
    every = range(classes)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        labels, predicted, labels=every, zero_division=np.nan
    )
    macro = metrics.precision_recall_fscore_support(labels, predicted, average="macro", zero_division=0)
    truth = np.maximum(exact[np.arange(len(labels)), labels], 2.0**-126)
    areas = [
        metrics.roc_auc_score(labels == k, exact[:, k]) if 0 < (labels == k).sum() < len(labels) else np.nan
        for k in every
    ]
    known = [area for area in areas if not np.isnan(area)]
    return {
        "accuracy": metrics.accuracy_score(labels, predicted),
        "wilson": [interval.low, interval.high],
        "loss": float(-np.log(truth).mean()),
        "confusion": metrics.confusion_matrix(labels, predicted, labels=every).tolist(),
        "rates": metrics.confusion_matrix(labels, predicted, labels=every, normalize="true").tolist(),
        "precision": none_where_nan(precision),
        "recall": none_where_nan(recall),
        "f1": none_where_nan(f1),
        "support": support.tolist(),
        "macro": [float(value) for value in macro[:3]],
        "topK": [float((ranks(probabilities, labels) < k).mean()) for k in range(1, min(5, classes) + 1)],
        "auc": {"perClass": none_where_nan(areas), "macro": float(np.mean(known)) if known else None},
        "reliability": reliability(confidence, right),
        "temperature": temperature(probabilities, labels),
        "coverage": coverage(confidence, right),
    }


def case(name, probabilities, labels):
    return {
        "name": name,
        "classes": probabilities.shape[1],
        "probabilities": [float(str(value)) for value in probabilities.reshape(-1)],
        "labels": labels.tolist(),
        **evaluated(probabilities, labels),
    }


def with_sklearns_own(one):
    """If nothing is tied and all classes occur, scikit-learn's own top-k, AUC and loss agree."""
    labels = np.array(one["labels"])
    rows = np.array(one["probabilities"]).reshape(len(labels), -1)
    for k, value in enumerate(one["topK"], 1):
        if k < one["classes"]:
            assert np.isclose(metrics.top_k_accuracy_score(labels, rows, k=k), value)
    rows = rows / rows.sum(1, keepdims=True)
    assert np.isclose(metrics.roc_auc_score(labels, rows, multi_class="ovr"), one["auc"]["macro"])
    assert np.isclose(metrics.log_loss(labels, rows), one["loss"], rtol=1e-6)
    return one


def cases():
    yield with_sklearns_own(case("typical", *draw(120, 6)))
    yield with_sklearns_own(case("too sure", *draw(90, 4, skill=0.8, sharpness=4.0)))
    yield with_sklearns_own(case("not sure enough", *draw(80, 5, skill=3.0, sharpness=0.4)))
    probabilities, labels = draw(60, 5)
    yield case("a class that never occurs", probabilities, np.where(labels == 3, 1, labels))
    probabilities, labels = draw(60, 4)
    probabilities[:, 2] = 0.001
    probabilities /= probabilities.sum(1, keepdims=True)
    yield case("a class that is never predicted", probabilities.astype("float32"), labels)
    probabilities, labels = draw(60, 5)
    yield case("a class that neither occurs nor is predicted", np.pad(probabilities, ((0, 0), (0, 1))), labels)
    eighths = random.multinomial(8, [0.4, 0.3, 0.2, 0.1], 70)
    yield case("ties", (eighths / 8).astype("float32"), random.integers(0, 4, 70))
    labels = random.integers(0, 3, 30)
    yield case("perfect", np.eye(3, dtype="float32")[labels], labels)
    labels = random.integers(0, 3, 30)
    yield case("all wrong", np.eye(3, dtype="float32")[(labels + 1) % 3], labels)
    yield case("a single image", np.array([[0.25, 0.625, 0.125]], dtype="float32"), np.array([1]))
    yield case("two classes", *draw(50, 2, skill=1.0))


def mcnemar(first, second):
    differing = first + second
    if differing < 25:
        p = stats.binomtest(first, differing).pvalue if differing else 1.0
        return {"first": first, "second": second, "statistic": None, "pValue": float(p)}
    statistic = max(0, abs(first - second) - 1) ** 2 / differing
    return {"first": first, "second": second, "statistic": statistic, "pValue": float(stats.chi2.sf(statistic, 1))}


pairs = [(0, 0), (1, 0), (0, 5), (3, 9), (12, 12), (24, 0), (10, 14)]
pairs += [(12, 13), (25, 25), (0, 25), (40, 61), (120, 80), (300, 410), (2000, 1000)]
points = [0, 1e-9, 0.01, 0.5, 1, 1.5, 1.999999, 2, 2.5, 4, 6, 10, 20, 26]
golden = {
    "sklearn": sklearn.__version__,
    "scipy": scipy.__version__,
    "numpy": np.__version__,
    "cases": list(cases()),
    "wilson": [
        [k, n, *stats.binomtest(k, n).proportion_ci(0.95, method="wilson")]
        for k, n in [(0, 1), (1, 1), (0, 10), (7, 10), (10, 10), (9273, 10_000), (59_999, 60_000)]
    ],
    "mcnemar": [mcnemar(*pair) for pair in pairs],
    "erfc": [[x, float(special.erfc(x))] for x in points],
}
OUTPUT.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
