"""Golden values of Optuna 5 for the importance of parameters: its default, PED-ANOVA, on fixed histories.

    pip install optuna==5.0.0
    python tools/golden/sweep-importance.py
"""

import json
import pathlib
import warnings

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState, create_trial

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "sweep" / "importance.json"

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
random = np.random.default_rng(20_261_130)

SPACE = {
    "rate": {"type": "float", "low": 1e-4, "high": 1, "log": True},
    "dropout": {"type": "float", "low": 0, "high": 0.6},
    "decay": {"type": "float", "low": 0, "high": 1, "step": 0.25},
    "layers": {"type": "integer", "low": 1, "high": 9},
    "size": {"type": "integer", "low": 1, "high": 128, "log": True},
    "width": {"type": "integer", "low": 2, "high": 400, "step": 2},
    "optimizer": {"type": "category", "choices": ["sgd", "adam", "rmsprop"]},
    "momentum": {"type": "float", "low": 0, "high": 0.99, "when": {"optimizer": "sgd"}},
    "fixed": {"type": "integer", "low": 3, "high": 3},
}


def distribution(parameter):
    if parameter["type"] == "category":
        return CategoricalDistribution(parameter["choices"])
    kind = FloatDistribution if parameter["type"] == "float" else IntDistribution
    options = {key: parameter[key] for key in ("log", "step") if key in parameter}
    return kind(parameter["low"], parameter["high"], **options)


def draw():
    values = {
        "rate": float(f"{10 ** random.uniform(-4, 0):.3g}"),
        "dropout": round(float(random.uniform(0, 0.6)), 3),
        "decay": float(random.integers(0, 5) / 4),
        "layers": int(random.integers(1, 10)),
        "size": int(2 ** random.uniform(0, 7)),
        "width": int(2 * random.integers(1, 201)),
        "optimizer": str(random.choice(SPACE["optimizer"]["choices"])),
        "fixed": 3,
    }
    if values["optimizer"] == "sgd":
        values["momentum"] = round(float(random.uniform(0, 0.99)), 3)
    return values


def loss(values, noise):
    miss = (np.log10(values["rate"]) + 2) ** 2 + 0.5 * abs(values["dropout"] - 0.2)
    miss += 0.02 * values["layers"] + (0.3 if values["optimizer"] == "rmsprop" else 0)
    miss += 0.4 * abs(values.get("momentum", 0.9) - 0.9)
    return round(float(miss + noise * random.normal()), 3)


def history(count, direction, noise):
    study = optuna.create_study(direction=direction)
    trials = []
    for _ in range(count):
        values = draw()
        value = loss(values, noise) * (1 if direction == "minimize" else -1)
        trials.append({"values": values, "value": value})
        distributions = {name: distribution(SPACE[name]) for name in values}
        study.add_trial(
            create_trial(state=TrialState.COMPLETE, value=value, params=values, distributions=distributions)
        )
    importances = optuna.importance.get_param_importances(study)
    return {"goal": direction, "trials": trials, "importances": importances}


histories = [
    history(1, "minimize", 0),
    history(5, "minimize", 0.1),
    history(20, "maximize", 0.1),
    history(60, "minimize", 0.3),
    history(200, "maximize", 0),
]
OUTPUT.write_text(json.dumps({"optuna": optuna.__version__, "space": SPACE, "histories": histories}) + "\n")
print(f"{OUTPUT}: {OUTPUT.stat().st_size} bytes")
