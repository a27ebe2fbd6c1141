"""Images a second of the study's CNN in PyTorch. Prints one line of JSON.

usage: python throughput.py BATCH THREADS
"""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
batch, threads = int(sys.argv[1]), int(sys.argv[2])

import torch
from torch import nn
from workload import IMAGES, PASSES, pixels

torch.set_num_threads(threads)
x, y = pixels()
x = torch.from_numpy(x).permute(0, 3, 1, 2).contiguous()
y = torch.from_numpy(y)
model = nn.Sequential(
    nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Dropout(0.4), nn.Flatten(), nn.Linear(4608, 10),
)
optimizer = torch.optim.Adam(model.parameters(), eps=1e-7)
loss_of = nn.CrossEntropyLoss()
training, prediction = [], []
for _ in range(PASSES):
    model.train()
    start = time.perf_counter()
    order = torch.randperm(IMAGES)
    for first in range(0, IMAGES, batch):
        rows = order[first : first + batch]
        optimizer.zero_grad()
        loss_of(model(x[rows]), y[rows]).backward()
        optimizer.step()
    training.append(IMAGES / (time.perf_counter() - start))
model.eval()
for _ in range(PASSES):
    start = time.perf_counter()
    with torch.inference_mode():
        for first in range(0, IMAGES, 1000):
            model(x[first : first + 1000])
    prediction.append(IMAGES / (time.perf_counter() - start))
print(json.dumps({"system": "pytorch", "versions": {"torch": torch.__version__}, "threads": threads,
                  "batchSize": batch, "training": training, "prediction": prediction}))
