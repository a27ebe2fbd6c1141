"""Small ONNX models and what ONNX Runtime computes with them, for packages/interchange: each operator in the versions
that differ, and what both of PyTorch's exporters write. Wants onnx, onnxruntime, onnxscript and torch:

    python tools/golden/onnx-models.py
"""

import base64
import json
import logging
import os
import pathlib
import tempfile
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import numpy as np
import onnx
import onnxruntime as ort
import torch
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh
from torch import nn

FOLDER = pathlib.Path(__file__).parents[2] / "tests" / "golden"
ort.set_default_logger_severity(3)
rng = np.random.default_rng(0)
cases = []

# What all models of an input are given, by its type and shape.
inputs = {}


def packed(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def draw(*shape):
    return rng.uniform(-1.5, 1.5, shape).astype("float32")


def key(x):
    name = f"{x.dtype} {'×'.join(map(str, x.shape))}"
    entry = {"shape": x.shape, "type": str(x.dtype), "data": packed(x)}
    assert inputs.setdefault(name, entry) == entry, name
    return name


def add(name, data, x):
    # As written: ONNX Runtime's optimizer would round the numbers before a product with quantized weights.
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    y = session.run(None, {session.get_inputs()[0].name: x})[0].astype("float32")
    cases.append(
        {
            "name": name,
            "file": packed(np.frombuffer(data, "uint8")),
            "x": key(x),
            "y": {"shape": y.shape, "data": packed(y)},
        }
    )


def case(name, nodes, shape, weights=None, opset=20, ir=None, sizes=None, kind=T.FLOAT):
    """A model of nodes from "x" to "y" on a drawn x of a shape; `sizes` is what the file says about it."""
    weights = weights or {}
    graph = h.make_graph(
        nodes,
        "graph",
        [h.make_tensor_value_info("x", kind, sizes or ["batch", *shape[1:]])],
        [h.make_tensor_value_info("y", T.FLOAT, None)],
        [nh.from_array(np.asarray(value), key) for key, value in weights.items()],
    )
    version = ir or (10 if opset > 20 else 9 if opset > 19 else 8 if opset > 14 else 7 if opset > 11 else 4)
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", opset)], ir_version=version)
    # The same for all models of a shape: they are computed together.
    own = np.random.default_rng(1)
    is_bytes = kind == T.UINT8
    x = own.integers(0, 256, shape).astype("uint8") if is_bytes else own.uniform(-1.5, 1.5, shape).astype("float32")
    add(name, model.SerializeToString(), x)


def op(kind, inputs="x", output="y", **attributes):
    return h.make_node(kind, inputs.split(), [output], name=f"{kind.lower()}_{output}", **attributes)


def i64(*values):
    return np.array(values, "int64")


IMAGE = (2, 3, 7, 8)

# Convolutions.
kernel, bias = draw(4, 3, 3, 3), draw(4)
case("Conv, valid, opset 7", [op("Conv", "x w b")], IMAGE, {"w": kernel, "b": bias}, opset=7)
case("Conv, pads on each side", [op("Conv", "x w b", pads=[1, 1, 1, 1])], IMAGE, {"w": kernel, "b": bias})
case("Conv, pads that differ", [op("Conv", "x w", pads=[0, 2, 1, 0], strides=[2, 1])], IMAGE, {"w": kernel})
case("Conv, SAME_UPPER", [op("Conv", "x w", auto_pad="SAME_UPPER", strides=[2, 2])], IMAGE, {"w": kernel}, opset=11)
case("Conv, SAME_LOWER", [op("Conv", "x w", auto_pad="SAME_LOWER", strides=[2, 2])], IMAGE, {"w": kernel})
case("Conv, auto_pad VALID", [op("Conv", "x w", auto_pad="VALID")], IMAGE, {"w": kernel})
case("Conv, dilations", [op("Conv", "x w", dilations=[2, 1], pads=[2, 1, 2, 1])], IMAGE, {"w": kernel})
case("Conv, groups", [op("Conv", "x w", group=2)], (2, 4, 6, 5), {"w": draw(6, 2, 3, 2)})
case("Conv, depthwise with a multiplier", [op("Conv", "x w b", group=3)], IMAGE, {"w": draw(6, 1, 3, 3), "b": draw(6)})
case("Conv, then Add of a bias", [op("Conv", "x w", "a"), op("Add", "a b")], IMAGE, {"w": kernel, "b": draw(4, 1, 1)})
case("Conv, then Mul and Add", [op("Conv", "x w", "a"), op("Mul", "a m", "c"), op("Add", "b c")], IMAGE, {"w": kernel, "m": draw(1, 4, 1, 1), "b": draw(1, 4, 1, 1)})
case("Conv that two nodes read", [op("Conv", "x w", "a"), op("Add", "a b", "c"), op("Mul", "a c")], IMAGE, {"w": kernel, "b": draw(4, 1, 1)})

# Products.
flat = [op("Flatten", "x", "f", axis=1)]
case("Flatten, Gemm", [*flat, op("Gemm", "f w b")], IMAGE, {"w": draw(168, 5), "b": draw(5)}, opset=7)
case("Flatten, Gemm, transB, alpha, beta", [*flat, op("Gemm", "f w b", transB=1, alpha=0.5, beta=2.0)], IMAGE, {"w": draw(5, 168), "b": draw(1, 5)}, opset=9)
case("Flatten, Gemm without a bias", [*flat, op("Gemm", "f w")], IMAGE, {"w": draw(168, 5)}, opset=11)
case("Flatten, rectifier, BatchNormalization, Gemm", [*flat, op("Relu", "f", "r"), op("BatchNormalization", "r g o m v", "n"), op("Gemm", "n w")], IMAGE, {"w": draw(168, 5), "g": draw(168), "o": draw(168), "m": draw(168), "v": rng.uniform(0.5, 2, 168).astype("float32")})
case("Flatten, affine, MatMul, Add", [*flat, op("Mul", "f m", "p"), op("MatMul", "p w", "q"), op("Add", "q b")], IMAGE, {"m": draw(168), "w": draw(168, 5), "b": draw(5)})
case("Flatten to the output", [op("Flatten", "x")], IMAGE)
case("Flatten of two, Concat, Gemm", [op("Relu", "x", "a"), op("Flatten", "x", "f"), op("Flatten", "a", "g"), op("Concat", "f g", "c", axis=1), op("Gemm", "c w")], IMAGE, {"w": draw(336, 3)})
case("MatMul on the last axis", [op("Transpose", "x", "t", perm=[0, 2, 3, 1]), op("MatMul", "t w", "m"), op("Add", "m b")], IMAGE, {"w": draw(3, 4), "b": draw(4)})
case("MatMul of vectors", [op("MatMul", "x w")], (2, 6), {"w": draw(6, 4)}, opset=9)
case("Gemm of quantized weights", [op("DequantizeLinear", "q s z", "w", axis=1), op("Gemm", "x w")], (2, 6), {"q": rng.integers(-128, 128, (6, 4)).astype("int8"), "s": rng.uniform(0.01, 0.1, 4).astype("float32"), "z": rng.integers(-5, 5, 4).astype("int8")}, opset=13)
case("Conv of weights quantized as a whole", [op("DequantizeLinear", "q s z", "w"), op("Conv", "x w")], IMAGE, {"q": rng.integers(0, 256, (4, 3, 3, 3)).astype("uint8"), "s": np.float32(0.02), "z": np.uint8(130)}, opset=10)
case("Gemm of weights quantized in blocks", [op("DequantizeLinear", "q s", "w", axis=0, block_size=2), op("Gemm", "x w")], (2, 6), {"q": rng.integers(-128, 128, (6, 4)).astype("int8"), "s": rng.uniform(0.01, 0.1, (3, 4)).astype("float32")}, opset=21)

# Normalization.
moving = {"g": draw(3), "o": draw(3), "m": draw(3), "v": rng.uniform(0.5, 2, 3).astype("float32")}
for opset in (7, 9, 14, 15):
    case(f"BatchNormalization, opset {opset}", [op("BatchNormalization", "x g o m v", epsilon=1e-3)], IMAGE, moving, opset=opset)
case("Sub, Mul, Add of channels", [op("Conv", "x w", "a"), op("Sub", "a m", "b"), op("Mul", "b g", "c"), op("Add", "c o")], IMAGE, {"w": draw(3, 3, 1, 1), **{key: value.reshape(1, 3, 1, 1) for key, value in moving.items() if key != "v"}})
case("preparation: Sub and Div of channels", [op("Sub", "x m", "a"), op("Div", "a d", "b"), op("Conv", "b w")], IMAGE, {"m": draw(1, 3, 1, 1), "d": rng.uniform(0.5, 2, (1, 3, 1, 1)).astype("float32"), "w": kernel})
case("preparation: uint8, Cast, Div", [op("Cast", "x", "a", to=T.FLOAT), op("Div", "a s", "b"), op("Conv", "b w")], IMAGE, {"s": np.float32(255), "w": kernel}, kind=T.UINT8)
case("preparation: uint8 images, Transpose", [op("Cast", "x", "a", to=T.FLOAT), op("Mul", "a s", "b"), op("Transpose", "b", "c", perm=[0, 3, 1, 2]), op("Conv", "c w")], (2, 7, 8, 3), {"s": np.float32(1 / 255), "w": kernel}, kind=T.UINT8)
case("LayerNormalization of channels", [op("Transpose", "x", "t", perm=[0, 2, 3, 1]), op("LayerNormalization", "t g o", "n", axis=-1), op("Transpose", "n", "y", perm=[0, 3, 1, 2])], IMAGE, {"g": draw(3), "o": draw(3)})

# Poolings.
for name, attributes in {
    "2×2": dict(kernel_shape=[2, 2], strides=[2, 2]),
    "3×3, SAME_UPPER": dict(kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER"),
    "3×3, pads 1": dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
    "3×2, ceil_mode": dict(kernel_shape=[3, 2], strides=[2, 3], ceil_mode=1),
}.items():
    case(f"MaxPool, {name}", [op("MaxPool", **attributes)], IMAGE, opset=12)
    case(f"MaxPool after a rectifier, {name}", [op("Relu", "x", "r"), op("MaxPool", "r", **attributes)], IMAGE, opset=12)
    case(f"AveragePool, {name}", [op("AveragePool", **attributes)], IMAGE, opset=19)
case("MaxPool, opset 7", [op("MaxPool", kernel_shape=[2, 2], strides=[1, 2])], IMAGE, opset=7)
case("AveragePool, count_include_pad", [op("AveragePool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)], IMAGE, opset=7)
for kind in ("GlobalAveragePool", "GlobalMaxPool"):
    case(f"{kind}, Flatten, MatMul", [op(kind, "x", "p"), op("Flatten", "p", "f"), op("MatMul", "f w")], IMAGE, {"w": draw(3, 4)}, opset=7)
case("ReduceMean, axes as an attribute", [op("ReduceMean", "x", axes=[2, 3], keepdims=0)], IMAGE, opset=11)
case("ReduceMean, axes as an input", [op("ReduceMean", "x a", keepdims=1)], IMAGE, {"a": i64(-1, -2)}, opset=18)
case("ReduceMean, images", [op("Transpose", "x", "t", perm=[0, 2, 3, 1]), op("ReduceMean", "t", "y", axes=[1, 2], keepdims=0)], IMAGE, opset=13)
case("ReduceMax", [op("ReduceMax", "x", axes=[2, 3], keepdims=0)], IMAGE, opset=12)

# Activations.
for kind, attributes in {"Relu": {}, "LeakyRelu": dict(alpha=0.1), "Elu": dict(alpha=0.7), "Selu": {}, "Sigmoid": {}, "HardSigmoid": dict(alpha=0.3, beta=0.4), "Tanh": {}, "Softplus": {}}.items():
    case(f"{kind}, opset 7", [op(kind, **attributes)], IMAGE, opset=7)
case("HardSwish", [op("HardSwish")], IMAGE, opset=14)
case("HardSwish in parts", [op("HardSigmoid", "x", "g", alpha=1 / 6, beta=0.5), op("Mul", "x g")], IMAGE, opset=11)
case("SiLU in parts", [op("Sigmoid", "x", "g"), op("Mul", "g x")], IMAGE)
case("Gelu", [op("Gelu")], IMAGE)
case("Gelu, tanh", [op("Gelu", approximate="tanh")], IMAGE)
half = {"s": np.float32(2**0.5), "one": np.float32(1), "half": np.float32(0.5)}
case("GELU in parts", [op("Div", "x s", "a"), op("Erf", "a", "e"), op("Add", "e one", "b"), op("Mul", "x b", "c"), op("Mul", "c half")], IMAGE, half, opset=13)
case("GELU in parts, halved first", [op("Mul", "x half", "i"), op("Div", "x s", "a"), op("Erf", "a", "e"), op("Add", "e one", "b"), op("Mul", "i b")], IMAGE, half, opset=13)
case("PRelu of channels", [op("PRelu", "x s")], IMAGE, {"s": draw(3, 1, 1)})
case("PRelu of one slope", [op("PRelu", "x s")], IMAGE, {"s": draw(1)}, opset=9)
case("Clip, attributes", [op("Clip", min=-0.5, max=1.0)], IMAGE, opset=7)
case("Clip, inputs", [op("Clip", "x low high")], IMAGE, {"low": np.float32(0), "high": np.float32(1)}, opset=11)
case("Clip, one limit", [h.make_node("Clip", ["x", "", "high"], ["y"])], IMAGE, {"high": np.float32(0.3)}, opset=13)
case("Max and Min with a number", [op("Max", "x low", "a"), op("Min", "a high")], IMAGE, {"low": np.float32(-0.2), "high": np.float32(0.7)}, opset=13)
case("Softmax, opset 7", [op("Softmax")], (2, 5), opset=7)
case("Softmax, opset 13", [op("Softmax")], (2, 5), opset=13)
case("Softmax of channels", [op("Softmax", axis=1)], IMAGE, opset=13)
case("Dropout, opset 7", [op("Dropout", ratio=0.3)], IMAGE, opset=7)
case("Dropout, opset 12", [op("Dropout", "x r")], IMAGE, {"r": np.float32(0.3)}, opset=12)
case("Identity", [op("Identity")], IMAGE, opset=7)

# Arithmetic of values.
two = [op("Conv", "x w", "a"), op("Conv", "x v", "b")]
weights = {"w": kernel, "v": draw(4, 3, 3, 3)}
for kind in ("Add", "Sub", "Mul", "Max", "Min", "Sum", "Mean"):
    case(f"{kind} of values", [*two, op(kind, "a b")], IMAGE, weights, opset=8)
case("Mul of a gate of channels", [op("Conv", "x w", "a"), op("GlobalAveragePool", "a", "g"), op("Sigmoid", "g", "s"), op("Mul", "s a")], IMAGE, {"w": kernel})
case("Sub of a number from", [op("Sub", "n x")], IMAGE, {"n": np.float32(1)})
case("Neg", [op("Neg")], IMAGE)
case("Concat of channels", [*two, op("Concat", "a b", axis=1)], IMAGE, weights)
case("Concat of rows", [*two, op("Concat", "a b", axis=-2)], IMAGE, weights)

# Shapes.
case("Reshape to rows", [op("Reshape", "x s", "f"), op("Gemm", "f w")], IMAGE, {"s": i64(0, -1), "w": draw(168, 3)})
case("Reshape to rows, of a fixed batch", [op("Reshape", "x s", "f"), op("Gemm", "f w")], IMAGE, {"s": i64(2, 168), "w": draw(168, 3)}, sizes=IMAGE)
case("Reshape by Shape", [op("Shape", "x", "s"), op("Gather", "s zero", "n", axis=0), op("Unsqueeze", "n", "u", axes=[0]), op("Concat", "u rest", "t", axis=0), op("Reshape", "x t", "f"), op("MatMul", "f w")], IMAGE, {"zero": np.int64(0), "rest": i64(-1), "w": draw(168, 3)}, opset=11)
case("Reshape by parts of Shape", [op("Shape", "x", "s"), op("Slice", "s zero one", "n"), op("Concat", "n rest", "t", axis=0), op("Cast", "t", "c", to=T.INT64), op("Reshape", "x c", "f"), op("MatMul", "f w")], IMAGE, {"zero": i64(0), "one": i64(1), "rest": i64(168), "w": draw(168, 3)}, opset=13)
case("Squeeze, attribute", [op("GlobalAveragePool", "x", "p"), op("Squeeze", "p", axes=[2, 3])], IMAGE, opset=11)
case("Squeeze, input", [op("GlobalAveragePool", "x", "p"), op("Squeeze", "p a")], IMAGE, {"a": i64(2, 3)}, opset=13)
case("Unsqueeze to an image", [op("Unsqueeze", "x a", "i"), op("Conv", "i w")], (2, 3), {"a": i64(2, 3), "w": draw(4, 3, 1, 1)}, opset=13)
case("Transpose back and forth", [op("Transpose", "x", "t", perm=[0, 2, 3, 1]), op("Relu", "t", "r"), op("Transpose", "r", "c", perm=[0, 3, 1, 2]), op("Conv", "c w")], IMAGE, {"w": kernel})
case("Transpose to the output", [op("Relu", "x", "r"), op("Transpose", "r", perm=[0, 3, 1, 2])], IMAGE)
case("Reshape of an image", [op("Reshape", "x s", "r"), op("Conv", "r w")], IMAGE, {"s": i64(0, 2, 12, 7), "w": draw(3, 2, 3, 3)})
case("a shuffle of channels", [op("Conv", "x w", "a"), op("Reshape", "a s", "b"), op("Transpose", "b", "c", perm=[0, 2, 1, 3, 4]), op("Reshape", "c t", "d"), op("Conv", "d v")], IMAGE, {"w": kernel, "v": draw(2, 4, 1, 1), "s": i64(0, 2, 2, 5, 6), "t": i64(0, 4, 5, 6)})
case("ReduceMean of rows", [op("Reshape", "x s", "r"), op("Transpose", "r", "t", perm=[0, 2, 1]), op("MatMul", "t w", "m"), op("ReduceMean", "m a", "y", keepdims=0)], IMAGE, {"s": i64(0, 3, -1), "w": draw(3, 4), "a": i64(1)}, opset=18)
case("Slice, attributes", [op("Slice", starts=[1, -7], ends=[9, -1], axes=[2, 3])], IMAGE, opset=7)
case("Slice, inputs", [op("Slice", "x s e a", "t"), op("Conv", "t w")], IMAGE, {"s": i64(2), "e": i64(2**63 - 1), "a": i64(3), "w": kernel}, opset=13)
case("Pad, attributes", [op("Pad", pads=[0, 0, 1, 0, 0, 0, 2, 3])], IMAGE, opset=7)
case("Pad, inputs", [op("Pad", "x p")], IMAGE, {"p": i64(0, 0, 1, 0, 0, 0, 2, 3)}, opset=13)
case("Pad, some axes", [h.make_node("Pad", ["x", "p", "", "a"], ["y"])], IMAGE, {"p": i64(1, 2), "a": i64(3)}, opset=18)
case("Upsample, opset 7", [op("Upsample", mode="nearest", scales=[1.0, 1.0, 2.0, 3.0])], IMAGE, opset=7)
case("Upsample, opset 9", [op("Upsample", "x s", mode="nearest")], IMAGE, {"s": np.array([1, 1, 2, 3], "float32")}, opset=9)
case("Resize, opset 10", [op("Resize", "x s", mode="nearest")], IMAGE, {"s": np.array([1, 1, 2, 2], "float32")}, opset=10)
case("Resize, linear", [h.make_node("Resize", ["x", "r", "r", "s"], ["y"], mode="linear")], IMAGE, {"r": np.zeros(0, "float32"), "s": i64(2, 3, 5, 11)}, opset=11)
case("Resize, nearest, some axes", [h.make_node("Resize", ["x", "", "", "s"], ["y"], mode="nearest", nearest_mode="round_prefer_ceil", axes=[2, 3])], IMAGE, {"s": i64(5, 11)}, opset=18)
case("Constant, opset 7", [op("Constant", "", "w", value=nh.from_array(kernel, "w")), op("Conv", "x w")], IMAGE, opset=7)
case("Constant of numbers", [h.make_node("Constant", [], ["c"], value_float=0.5), op("Mul", "x c")], IMAGE, opset=12)
case("weights that are computed", [op("Mul", "w s", "u"), op("Transpose", "u", "t", perm=[1, 0]), op("Gemm", "x t")], (2, 6), {"w": draw(4, 6), "s": draw(1, 6)})
case("float16 weights", [op("Cast", "w", "u", to=T.FLOAT), op("Gemm", "x u")], (2, 6), {"w": draw(6, 4).astype("float16")})
for opset in (8, 10, 16, 22, 24, 26):
    case(f"opset {opset}", [op("Conv", "x w b", "a"), op("Relu", "a", "r"), op("MaxPool", "r", "p", kernel_shape=[2, 2]), op("Flatten", "p", "f"), op("MatMul", "f v", "g"), op("Softmax", "g", "y", axis=1)], IMAGE, {"w": kernel, "b": bias, "v": draw(4 * 4 * 5, 3)}, opset=opset, ir=8 if opset < 20 else 10)


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return torch.relu(self.second(torch.relu(self.norm(self.first(x)))) + x)


class Gate(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.down, self.up, self.gate = nn.Conv2d(channels, 4, 1), nn.Conv2d(4, channels, 1), nn.Hardsigmoid()

    def forward(self, x):
        return x * self.gate(self.up(torch.relu(self.down(nn.functional.adaptive_avg_pool2d(x, 1)))))


class View(nn.Module):
    def forward(self, x):
        return x.view(x.size(0), -1)


def slim(path, keep):
    """The file without what only people read, such as the lines of Python that a node comes from."""
    model = onnx.load(path)
    if not keep:
        for one in [*model.graph.node, *model.graph.input, *model.graph.output, *model.graph.value_info]:
            one.ClearField("metadata_props")
            one.ClearField("doc_string")
        model.graph.ClearField("metadata_props")
        model.ClearField("metadata_props")
        model.graph.ClearField("value_info")
    return model.SerializeToString()


NETS = {
    "residual": lambda: nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(3, 2, 1), Residual(8), nn.Conv2d(8, 10, 3, stride=2), nn.GELU(), nn.Dropout(0.5), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(10, 5)),
    "gates": lambda: nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.Hardswish(), nn.Conv2d(8, 8, 3, groups=8, padding=1), nn.ReLU6(), Gate(8), nn.SiLU(), nn.AvgPool2d(3, 2, 1), View(), nn.Linear(8 * 3 * 4, 6), nn.BatchNorm1d(6), nn.PReLU(), nn.Linear(6, 3), nn.Softmax(1)),
}
EXPORTS = {
    "dynamo": dict(),
    "dynamo, batch": dict(dynamic_shapes=({0: "batch"},)),
    "dynamo, as traced": dict(optimize=False),
    "TorchScript": dict(dynamo=False),
    "TorchScript, opset 9, batch": dict(dynamo=False, opset_version=9, dynamic_axes={"x": {0: "n"}}, input_names=["x"]),
    "TorchScript, unfolded": dict(dynamo=False, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False),
}
for name, make in NETS.items():
    for tag, options in EXPORTS.items():
        torch.manual_seed(1)
        net = make()
        for layer in net.modules():
            if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
                layer.running_mean.uniform_(-0.5, 0.5)
                layer.running_var.uniform_(0.5, 1.5)
        net.eval()
        if "opset 9" in tag and name == "gates":
            continue  # Hardswish needs opset 14
        x = torch.randn(2, 3, 11, 13, generator=torch.Generator().manual_seed(1))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "net.onnx")
            options = options if "dynamo" in options else {"external_data": False, **options}
            torch.onnx.export(net, (x,), path, **options)
            add(f"PyTorch, {tag}: {name}", slim(path, keep=tag == "dynamo" and name == "gates"), x.numpy())

# Groups of channels, as operators and as both exporters write them.
GROUPED = (2, 6, 5, 4)
own = np.random.default_rng(2)
numbers = {name: own.uniform(-1.5, 1.5, size).astype("float32") for name, size in {"g": 6, "o": 6, "k": 3, "p": 3}.items()}
case("InstanceNormalization", [op("InstanceNormalization", "x g o")], GROUPED, {key: numbers[key] for key in "go"}, opset=7)
case("GroupNormalization, opset 18", [op("GroupNormalization", "x k p", num_groups=3)], GROUPED, {key: numbers[key] for key in "kp"}, opset=18)
case("GroupNormalization, opset 21", [op("GroupNormalization", "x g o", num_groups=2, epsilon=1e-3)], GROUPED, {key: numbers[key] for key in "go"}, opset=21)
case("rows of an image with factors of their own", [op("Reshape", "x s", "r"), op("InstanceNormalization", "r k p", "n"), op("Reshape", "n t")], GROUPED, {**{key: numbers[key] for key in "kp"}, "s": i64(0, 3, -1), "t": i64(0, 6, 5, 4)})
NORMS = nn.Sequential(nn.Conv2d(3, 8, 3), nn.GroupNorm(4, 8), nn.ReLU(), nn.Conv2d(8, 6, 3, bias=False), nn.GroupNorm(6, 6, affine=False), nn.GroupNorm(1, 6), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3))
torch.manual_seed(1)
for one in NORMS.parameters():
    one.data.uniform_(-0.7, 0.7)
NORMS.eval()
for tag in ("dynamo", "TorchScript", "TorchScript, opset 9, batch"):
    x = torch.randn(2, 3, 11, 13, generator=torch.Generator().manual_seed(1))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.onnx")
        options = EXPORTS[tag] if "dynamo" in EXPORTS[tag] else {"external_data": False, **EXPORTS[tag]}
        torch.onnx.export(NORMS, (x,), path, **options)
        add(f"PyTorch, {tag}: groups", slim(path, keep=False), x.numpy())

# Weights in a file next to the model.
torch.manual_seed(1)
net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 25, 3)).eval()
x = torch.randn(2, 3, 7, 7)
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "net.onnx"
    torch.onnx.export(net, (x,), str(path))
    y = net(x).detach().numpy()
    cases.append(
        {
            "name": "PyTorch, weights in another file",
            "file": packed(np.frombuffer(path.read_bytes(), "uint8")),
            "x": key(x.numpy()),
            "y": {"shape": y.shape, "data": packed(y)},
            "files": {p.name: packed(np.frombuffer(p.read_bytes(), "uint8")) for p in path.parent.glob("*.data")},
        }
    )

path = FOLDER / "onnx-models.json"
versions = {"onnx": onnx.__version__, "onnxruntime": ort.__version__, "torch": torch.__version__}
head = {**versions, "inputs": inputs}
lines = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in cases)
path.write_text(f'{json.dumps(head, ensure_ascii=False)[:-1]}, "cases": [\n{lines}\n]}}\n')
print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes")
