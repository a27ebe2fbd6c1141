"""Images a second of one of the six nets of bench/nets.mjs in PyTorch. Prints one line of JSON.

usage: python nets.py NET BATCH THREADS [channels-last]
"""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
net, batch, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
channels_last = sys.argv[4:] == ["channels-last"]

import torch
from torch import nn
from workload import PASSES, images_for

torch.set_num_threads(threads)


def normalized(layer, channels):
    return [layer, nn.BatchNorm2d(channels), nn.ReLU()]


def conv(inputs, filters, size=3, **options):
    return nn.Conv2d(inputs, filters, size, padding=size // 2, **options)


class Block(nn.Module):
    def __init__(self, inputs, filters):
        super().__init__()
        plain = {"bias": False}
        self.inner = nn.Sequential(
            conv(inputs, filters, **plain), nn.BatchNorm2d(filters), nn.ReLU(),
            conv(filters, filters, **plain), nn.BatchNorm2d(filters),
        )
        same = inputs == filters
        self.shortcut = nn.Identity() if same else nn.Sequential(conv(inputs, filters, 1, **plain), nn.BatchNorm2d(filters))

    def forward(self, x):
        return torch.relu(self.inner(x) + self.shortcut(x))


def study():
    return [nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.4), nn.Flatten(), nn.Linear(4608, 10)]


def mlp():
    return [nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 128), nn.ReLU(), nn.Linear(128, 10)]


def lenet5():
    return [
        nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
    ]


def mobilenet():
    layers = normalized(conv(1, 16, bias=False), 16)
    inputs = 16
    for filters, stride in [(32, 1), (64, 2), (64, 1), (128, 2)]:
        layers += normalized(conv(inputs, inputs, stride=stride, groups=inputs, bias=False), inputs)
        layers += normalized(conv(inputs, filters, 1, bias=False), filters)
        inputs = filters
    return [*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(128, 10)]


def resnet():
    stem = normalized(conv(1, 32, bias=False), 32)
    blocks = [Block(32, 32), nn.MaxPool2d(2), Block(32, 64), nn.MaxPool2d(2), Block(64, 128)]
    return [*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10)]


def vgg():
    layers, inputs = [], 3
    for filters in (32, 64, 128):
        layers += [conv(inputs, filters), nn.ReLU(), conv(filters, filters), nn.ReLU(), nn.MaxPool2d(2)]
        inputs = filters
    return [*layers, conv(128, 128), nn.ReLU(), nn.Flatten(), nn.Dropout(0.5), nn.Linear(2048, 10)]


builders = {"study-cnn": study, "mlp": mlp, "lenet5": lenet5, "mobilenet": mobilenet, "resnet": resnet, "vgg": vgg}
x, y = images_for(net)
x = torch.from_numpy(x).permute(0, 3, 1, 2).contiguous()
y = torch.from_numpy(y)
count = len(x)
model = nn.Sequential(*builders[net]())
if channels_last:
    x = x.to(memory_format=torch.channels_last)
    model = model.to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(model.parameters(), eps=1e-7)
loss_of = nn.CrossEntropyLoss()
training, prediction = [], []
for _ in range(PASSES):
    model.train()
    start = time.perf_counter()
    order = torch.randperm(count)
    for first in range(0, count, batch):
        rows = order[first : first + batch]
        optimizer.zero_grad()
        loss_of(model(x[rows]), y[rows]).backward()
        optimizer.step()
    training.append(count / (time.perf_counter() - start))
model.eval()
for _ in range(PASSES):
    start = time.perf_counter()
    with torch.inference_mode():
        for first in range(0, count, 1000):
            model(x[first : first + 1000])
    prediction.append(count / (time.perf_counter() - start))
print(json.dumps({"net": net, "versions": {"torch": torch.__version__}, "threads": threads,
                  "batchSize": batch, "training": training, "prediction": prediction}))
