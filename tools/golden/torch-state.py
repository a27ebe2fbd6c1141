"""State dictionaries of real PyTorch as safetensors, with what the modules predict, for
packages/interchange/src/safetensors/golden.test.ts.

    python tools/golden/torch-state.py        (torch, safetensors)
"""

import base64
import json
import pathlib
import tempfile

import safetensors.torch
import torch
from torch import nn

torch.manual_seed(5)
torch.set_num_threads(1)
ROUND = 8


class Net(nn.Module):
    """Names as in common networks: nested, numbered, with unused weights."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1, bias=False),
            nn.BatchNorm2d(4),
            nn.PReLU(4),
            nn.MaxPool2d(2),
            nn.Conv2d(4, 8, 3, groups=4),
            nn.PReLU(),
            nn.Conv2d(8, 6, 1),
            nn.Conv2d(6, 6, 3, padding=1, groups=3),
        )
        self.head = nn.Sequential(nn.Linear(6 * 3 * 2, 7), nn.BatchNorm1d(7), nn.ReLU(), nn.Linear(7, 3))
        self.aux = nn.Linear(4, 2)

    def forward(self, x):
        return torch.softmax(self.head(torch.flatten(self.features(x), 1)), 1)


class Separable(nn.Module):
    """A separable convolution, features that are normalized after flattening, and attention."""

    def __init__(self):
        super().__init__()
        self.depthwise = nn.Conv2d(4, 8, 3, padding=1, groups=4, bias=False)
        self.pointwise = nn.Conv2d(8, 5, 1)
        self.norm = nn.BatchNorm1d(5 * 6)
        self.out = nn.Linear(5 * 6, 4)

    def forward(self, x):
        return self.out(self.norm(torch.flatten(self.pointwise(self.depthwise(x)), 1)))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(6)
        self.attn = nn.MultiheadAttention(6, 2, batch_first=True)
        self.out = nn.Linear(6, 3)

    def forward(self, x):
        rows = x.flatten(2).transpose(1, 2)
        y = self.norm(rows)
        return self.out((rows + self.attn(y, y, y, need_weights=False)[0]).mean(1))


def trained(module, shape):
    """Moves all that starts as zeros or ones."""
    optimizer = torch.optim.SGD(module.parameters(), 0.1)
    for _ in range(5):
        optimizer.zero_grad()
        module(torch.randn(8, *shape)).square().sum().backward()
        torch.nn.utils.clip_grad_norm_(module.parameters(), 1)
        optimizer.step()
    return module.eval()


def case(name, module, shape, dtype=None):
    state = {key: value.clone() for key, value in module.state_dict().items()}
    if dtype is not None:
        state = {key: value.to(dtype) if value.is_floating_point() else value for key, value in state.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "net.safetensors"
        safetensors.torch.save_file(state, path)
        data = path.read_bytes()
    rounded = {key: value.to(torch.float32) if value.is_floating_point() else value for key, value in state.items()}
    module.load_state_dict(rounded)
    x = torch.randn(4, *shape, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        y = module(x)
    return {
        "name": name,
        "file": base64.b64encode(data).decode(),
        "shape": [*shape[1:], shape[0]],
        "x": [round(value, ROUND) for value in x.permute(0, 2, 3, 1).ravel().tolist()],
        "predictions": [round(value, ROUND) for value in y.ravel().tolist()],
    }


net = trained(Net(), (3, 10, 8))
cases = [
    case(f"net-{name}", net, (3, 10, 8), dtype)
    for name, dtype in [("f32", None), ("f16", torch.float16), ("bf16", torch.bfloat16), ("f64", torch.float64)]
]
cases.append(case("separable", trained(Separable(), (4, 3, 2)), (4, 3, 2)))
cases.append(case("attention", trained(Attention(), (6, 2, 3)), (6, 2, 3)))
target = pathlib.Path(__file__).parents[2] / "tests/golden/torch-state.json"
target.write_text(json.dumps({"torch": torch.__version__, "safetensors": safetensors.__version__, "cases": cases}) + "\n")
