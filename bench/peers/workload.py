"""The same workloads as bench/workload.mjs and bench/nets.mjs, for the peers in Python."""
import gzip
import os

import numpy as np

IMAGES = 12_800
PASSES = 4


def pixels():
    """The first images [N, 28, 28, 1] as f32 in 0..1, and labels [N]."""
    here = os.path.dirname(os.path.abspath(__file__))
    root = os.environ.get("HEDDLE_DATA", os.path.join(here, "..", "..", "..", "shared", "data"))
    with gzip.open(os.path.join(root, "fashion-mnist", "train-images-idx3-ubyte.gz")) as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16)[: IMAGES * 784]
    with gzip.open(os.path.join(root, "fashion-mnist", "train-labels-idx1-ubyte.gz")) as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)[:IMAGES]
    return images.reshape(-1, 28, 28, 1).astype(np.float32) / 255, labels.astype(np.int64)


COUNTS = {"study-cnn": 12_800, "mlp": 12_800, "lenet5": 12_800, "mobilenet": 3_200, "resnet": 1_600, "vgg": 1_600}


def images_for(net):
    """The images and labels that a net is measured on; for vgg in a border of two pixels, with three equal channels."""
    x, y = pixels()
    x, y = x[: COUNTS[net]], y[: COUNTS[net]]
    if net == "vgg":
        x = np.repeat(np.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0))), 3, axis=3)
    return x, y
