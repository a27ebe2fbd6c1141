"""Golden values of Keras 3 for optimizers, schedules, constraints and initializers.

Three steps of each optimizer on weights of odd sizes with given gradients, schedules at many steps, constraints of
given weights, and mean, deviation and bounds of what initializers draw. Run with the TensorFlow backend:

    KERAS_BACKEND=tensorflow TF_ENABLE_ONEDNN_OPTS=0 python tools/golden/optimizers.py
"""

import json
import pathlib

import keras
import numpy as np
import tensorflow as tf
from keras import constraints, initializers
from keras import optimizers as o

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "optimizers.json"

random = np.random.default_rng(20_240_603)
STEPS = 3
# A convolution's kernel and bias, a wide, a tall and an output layer: names as a model gives them.
WEIGHTS = {
    "conv2d/kernel": (3, 3, 2, 5),
    "conv2d/bias": (5,),
    "wide/kernel": (7, 11),
    "tall/kernel": (13, 6),
    "head/kernel": (6, 3),
    "head/bias": (3,),
}


def draw(shape, spread=1.0):
    return (spread * random.standard_normal(shape)).astype("float32")


def listed(tensor):
    """The values in row-major order, as few digits as give the same f32 back."""
    return [float(str(value)) for value in np.asarray(tensor, dtype="float32").reshape(-1)]


START = {name: draw(shape) for name, shape in WEIGHTS.items()}
# The last step's gradients are small, one of them zero.
GRADIENTS = [{name: draw(shape, spread) for name, shape in WEIGHTS.items()} for spread in (1, 3, 0.05)]
GRADIENTS[2]["head/bias"] *= 0


def optimizer_cases():
    ema = dict(use_ema=True, ema_momentum=0.9)
    yield o.SGD(0.05)
    yield o.SGD(0.05, momentum=0.9)
    yield o.SGD(0.05, momentum=0.9, nesterov=True, weight_decay=0.1)
    yield o.SGD(0.05, clipnorm=1.5)
    yield o.SGD(0.05, clipvalue=0.4, momentum=0.5)
    yield o.SGD(0.05, global_clipnorm=4.0)
    yield o.SGD(0.05, **ema)
    yield o.Adam(0.05)
    yield o.Adam(0.05, beta_1=0.5, beta_2=0.9, epsilon=0.01)
    yield o.Adam(0.05, amsgrad=True)
    yield o.Adam(0.05, weight_decay=0.02, clipnorm=2.0, **ema)
    yield o.Adam(0.05, clipvalue=0.3, ema_overwrite_frequency=2, **ema)
    yield o.Adam(0.05, global_clipnorm=0.7, amsgrad=True, **ema)
    yield o.Adam(o.schedules.ExponentialDecay(0.1, 2, 0.5))
    yield o.AdamW(0.05)
    yield o.AdamW(0.05, weight_decay=0.2, amsgrad=True)
    yield o.RMSprop(0.05)
    yield o.RMSprop(0.05, rho=0.8, momentum=0.7)
    yield o.RMSprop(0.05, centered=True, epsilon=1e-3)
    yield o.RMSprop(0.05, centered=True, momentum=0.9, epsilon=1e-3, weight_decay=0.05)
    yield o.Muon(0.05)
    yield o.Muon(0.05, exclude_layers=["head"], adam_weight_decay=0.1, weight_decay=0.2, adam_lr_ratio=0.5)
    yield o.Muon(0.05, nesterov=False, momentum=0.8, ns_steps=3, rms_rate=None, clipvalue=0.5)


def optimizer_case(optimizer):
    variables = [keras.Variable(value, name=name.replace("/", "_")) for name, value in START.items()]
    for variable, name in zip(variables, START):
        variable._path = name
    optimizer.build(variables)
    steps = []
    for gradients in GRADIENTS:
        optimizer.apply([tf.constant(value) for value in gradients.values()], variables)
        steps.append({name: listed(variable) for name, variable in zip(START, variables)})
    optimizer.finalize_variable_values(variables)
    final = {name: listed(variable) for name, variable in zip(START, variables)}
    return {
        "class_name": type(optimizer).__name__,
        "config": optimizer.get_config(),
        "steps": steps,
        **({"final": final} if optimizer.use_ema else {}),
    }


def schedule_cases():
    s = o.schedules
    yield s.ExponentialDecay(0.1, 100, 0.5)
    yield s.ExponentialDecay(0.1, 30, 0.96, staircase=True)
    yield s.InverseTimeDecay(0.1, 50, 0.5)
    yield s.InverseTimeDecay(0.1, 50, 0.5, staircase=True)
    yield s.PolynomialDecay(0.1, 100)
    yield s.PolynomialDecay(0.1, 100, end_learning_rate=0.01, power=0.5)
    yield s.PolynomialDecay(0.1, 30, power=2.5, cycle=True)
    yield s.PiecewiseConstantDecay([10, 50, 77], [0.1, 0.05, 0.01, 0.001])
    yield s.CosineDecay(0.1, 100)
    yield s.CosineDecay(0.1, 100, alpha=0.1)
    yield s.CosineDecay(0.001, 150, alpha=0.05, warmup_target=0.1, warmup_steps=20)
    # Where a restart falls between two steps: at one, 32-bit floats decide on which side it is.
    yield s.CosineDecayRestarts(0.1, 20.5)
    yield s.CosineDecayRestarts(0.1, 20.3, t_mul=1.5, m_mul=0.8, alpha=0.01)
    yield s.CosineDecayRestarts(0.1, 20.5, t_mul=1.0, m_mul=0.9)


SCHEDULE_STEPS = [0, 1, 2, 7, 10, 11, 19, 20, 21, 29, 31, 50, 51, 59, 61, 77, 78, 99, 100, 101, 149, 169, 170, 250]


def schedule_case(schedule):
    return {
        "class_name": type(schedule).__name__,
        "config": schedule.get_config(),
        "rates": [float(schedule(tf.constant(step, dtype="int64"))) for step in SCHEDULE_STEPS],
    }


def constraint_cases():
    for constraint, shapes in [
        (constraints.MaxNorm(1.5), [(7, 5), (5,), (3, 3, 2, 5)]),
        (constraints.MaxNorm(1.0, axis=[0, 1, 2]), [(3, 3, 2, 5)]),
        (constraints.MaxNorm(1.0, axis=-1), [(7, 5), (3, 3, 2, 5)]),
        (constraints.MaxNorm(1.0, axis=[1, 2]), [(3, 3, 2, 5)]),
        (constraints.UnitNorm(), [(7, 5), (5,)]),
        (constraints.UnitNorm(axis=[0, 1, 2]), [(3, 3, 2, 5)]),
        (constraints.NonNeg(), [(7, 5), (5,)]),
    ]:
        for shape in shapes:
            w = draw(shape)
            yield {
                "class_name": type(constraint).__name__,
                "config": constraint.get_config(),
                "shape": list(shape),
                "before": listed(w),
                "after": listed(constraint(w)),
            }


def initializer_cases():
    i = initializers
    for make in [
        lambda: i.Zeros(),
        lambda: i.Ones(),
        lambda: i.Constant(0.3),
        lambda: i.RandomUniform(seed=1),
        lambda: i.RandomUniform(-0.2, 0.5, seed=2),
        lambda: i.RandomNormal(seed=3),
        lambda: i.RandomNormal(0.1, 0.5, seed=4),
        lambda: i.TruncatedNormal(seed=5),
        lambda: i.TruncatedNormal(0.1, 0.5, seed=6),
        lambda: i.VarianceScaling(seed=7),
        lambda: i.VarianceScaling(2.0, "fan_out", "uniform", seed=8),
        lambda: i.VarianceScaling(0.5, "fan_avg", "untruncated_normal", seed=9),
        lambda: i.GlorotUniform(seed=10),
        lambda: i.GlorotNormal(seed=11),
        lambda: i.HeUniform(seed=12),
        lambda: i.HeNormal(seed=13),
        lambda: i.LecunUniform(seed=14),
        lambda: i.LecunNormal(seed=15),
        lambda: i.Orthogonal(gain=2.0, seed=16),
        lambda: i.Identity(),
    ]:
        for shape in [(5, 5, 40, 64), (200, 150)]:
            one = make()
            if isinstance(one, i.Identity) and len(shape) != 2:
                continue
            values = np.asarray(one(shape), dtype="float64")
            yield {
                "class_name": type(one).__name__,
                "config": one.get_config(),
                "shape": list(shape),
                **{"mean": values.mean(), "deviation": values.std(), "low": values.min(), "high": values.max()},
            }


keras.utils.set_random_seed(1)
golden = {
    "keras": keras.__version__,
    "backend": f"tensorflow {tf.__version__}",
    "shapes": WEIGHTS,
    "start": {name: listed(value) for name, value in START.items()},
    "gradients": [{name: listed(value) for name, value in one.items()} for one in GRADIENTS],
    "optimizers": [optimizer_case(one) for one in optimizer_cases()],
    "scheduleSteps": SCHEDULE_STEPS,
    "schedules": [schedule_case(one) for one in schedule_cases()],
    "constraints": list(constraint_cases()),
    "initializers": list(initializer_cases()),
}
OUTPUT.parent.mkdir(parents=True, exist_ok=True)


def one_line(value):
    return json.dumps(value, separators=(",", ":"))


parts = [
    f'"{key}": [\n' + ",\n".join(one_line(one) for one in value) + "\n]"
    if isinstance(value, list) and isinstance(value[0], dict)
    else f'"{key}": {one_line(value)}'
    for key, value in golden.items()
]
OUTPUT.write_text("{" + ",\n".join(parts) + "}\n")
print(f"{OUTPUT.stat().st_size} bytes")
