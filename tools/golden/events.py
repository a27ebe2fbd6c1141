"""An event file as TensorBoard's own writer makes it, for packages/core/src/formats/event-file.test.ts: tests/golden/events.json.

Needs tensorboard (no TensorFlow)."""

import base64
import io
import json
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.plugins.scalar import summary_v2
from tensorboard.summary.writer.record_writer import RecordWriter

file = io.BytesIO()
writer = RecordWriter(file)
events = [
    {"wallTime": 1700000000.25, "fileVersion": "brain.Event:2"},
    {"wallTime": 1700000001.5, "step": 0, "scalars": {"epoch_loss": 0.6931471824645996}},
    {"wallTime": 1700000002.75, "step": 300, "scalars": {"epoch_accuracy": 0.875}},
    {"wallTime": 1700000003.0, "step": 5000000000, "scalars": {"epoch_learning_rate": 9.999999747378752e-05}},
    {
        "wallTime": 1700000004.5,
        "step": 5000000001,
        "scalars": {"epoch_accuracy": 0.9375, "epoch_learning_rate": 0.0, "epoch_loss": 0.25},
    },
]
for event in events:
    message = Event(wall_time=event["wallTime"])
    if "fileVersion" in event:
        message.file_version = event["fileVersion"]
    if "step" in event:
        message.step = event["step"]
    for tag, value in event.get("scalars", {}).items():
        message.summary.value.extend(summary_v2.scalar_pb(tag, value).value)
    writer.write(message.SerializeToString(deterministic=True))

target = Path(__file__).parents[2] / "tests" / "golden" / "events.json"
golden = {"events": events, "base64": base64.b64encode(file.getvalue()).decode()}
target.write_text(json.dumps(golden, indent=2) + "\n")
print(target, target.stat().st_size)
