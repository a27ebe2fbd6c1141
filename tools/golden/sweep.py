"""Golden values of Optuna 5 for sweeps: Parzen estimators, the split of trials, TPE's choices, the median rule, and
Sobol's points of SciPy.

    pip install optuna==5.0.0 scipy
    python tools/golden/sweep.py
"""

import json
import math
import pathlib
import warnings

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import TPESampler
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator
from optuna.trial import TrialState, create_trial
from scipy.stats import qmc

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "sweep" / "search.json"

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
random = np.random.default_rng(20_261_130)
# Which of equal observations has which neighbour is left to NumPy's sort, which differs between machines: the older first.
sort_indices = np.argsort
np.argsort = lambda values, **options: sort_indices(values, **{**options, "kind": "stable"})

SPACE = {
    "plain": {"type": "float", "low": 0, "high": 10},
    "scale": {"type": "float", "low": 1e-4, "high": 1, "log": True},
    "stepped": {"type": "float", "low": 0, "high": 1, "step": 0.25},
    "whole": {"type": "integer", "low": 1, "high": 9},
    "evens": {"type": "integer", "low": 2, "high": 20, "step": 2},
    "size": {"type": "integer", "low": 1, "high": 128, "log": True},
    "kind": {"type": "category", "choices": ["a", "b", "c"]},
}


def distribution(parameter):
    if parameter["type"] == "category":
        return CategoricalDistribution(parameter["choices"])
    kind = FloatDistribution if parameter["type"] == "float" else IntDistribution
    options = {key: parameter[key] for key in ("log", "step") if key in parameter}
    return kind(parameter["low"], parameter["high"], **options)


DISTRIBUTIONS = {name: distribution(parameter) for name, parameter in SPACE.items()}


def draw(names):
    values = {}
    for name in names:
        parameter = SPACE[name]
        if parameter["type"] == "category":
            values[name] = str(random.choice(parameter["choices"]))
        elif name == "plain":
            values[name] = round(float(random.uniform(0, 10)), 3)
        elif name == "scale":
            values[name] = float(f"{10 ** random.uniform(-4, 0):.3g}")
        elif name == "stepped":
            values[name] = float(random.integers(0, 5) / 4)
        elif name == "size":
            values[name] = int(2 ** random.uniform(0, 7))
        else:
            step = parameter.get("step", 1)
            count = (parameter["high"] - parameter["low"]) // step + 1
            values[name] = int(parameter["low"] + step * random.integers(0, count))
    return values


def observations(rows, names):
    return {
        name: np.array([DISTRIBUTIONS[name].to_internal_repr(row[name]) for row in rows], dtype=float)
        for name in names
    }


def kernels(estimator, names):
    parts = {}
    for name, part in zip(names, estimator._mixture_distribution.distributions):
        if name == "kind":
            parts[name] = {"probabilities": part.weights.tolist()}
        else:
            parts[name] = {"centres": part.mu.tolist(), "widths": part.sigma.tolist()}
    return parts


def estimators():
    parameters = TPESampler()._parzen_estimator_parameters
    for names in [[name] for name in SPACE] + [list(SPACE)]:
        for count in (0, 1, 2, 7, 40):
            rows = [draw(names) for _ in range(count)]
            points = [draw(names) for _ in range(4)]
            space = {name: DISTRIBUTIONS[name] for name in names}
            estimator = _ParzenEstimator(observations(rows, names), space, parameters)
            yield {
                "names": names,
                "observations": rows,
                "weights": estimator._mixture_distribution.weights.tolist(),
                "kernels": kernels(estimator, names),
                "points": points,
                "logDensities": estimator.log_pdf(observations(points, names)).tolist(),
            }


class Recorder(_ParzenEstimator):
    """Notes what it is made of and what it draws."""

    made = []

    def __init__(self, observed, space, parameters, predetermined_weights=None):
        super().__init__(observed, space, parameters, predetermined_weights)
        self.observed = {name: values.tolist() for name, values in observed.items()}
        self.space = space
        self.drawn = None
        Recorder.made.append(self)

    def sample(self, rng, size):
        drawn = super().sample(rng, size)
        columns = {name: [self.space[name].to_external_repr(one) for one in values] for name, values in drawn.items()}
        self.drawn = [dict(zip(columns, row)) for row in zip(*columns.values())]
        return drawn


STATES = {
    "complete": TrialState.COMPLETE,
    "stopped": TrialState.PRUNED,
    "failed": TrialState.FAIL,
    "running": TrialState.RUNNING,
}


def history(count, states):
    trials = []
    for _ in range(count):
        names = list(SPACE) if random.random() < 0.7 else [name for name in SPACE if name not in ("whole", "size")]
        state = str(random.choice(states))
        steps = [] if state == "complete" or random.random() < 0.1 else range(1, int(random.integers(2, 6)))
        reports = [[step, float(np.round(random.normal(), 1))] for step in steps]
        if reports and random.random() < 0.1:
            reports[-1][1] = math.nan
        value = float(np.round(random.normal(), 1)) if state == "complete" else None
        trials.append({"state": state, "values": draw(names), "value": value, "reports": reports})
    return trials


def frozen(trial):
    return create_trial(
        state=STATES[trial["state"]],
        value=trial["value"],
        params=trial["values"],
        distributions={name: DISTRIBUTIONS[name] for name in trial["values"]},
        intermediate_values=dict(trial["reports"]),
    )


def choices():
    """What TPE draws its candidates from, and which it takes: the parameters of all trials, then the conditional ones."""
    for number, (count, goal, states) in enumerate(
        [
            (10, "minimize", ["complete"]),
            (30, "maximize", ["complete"]),
            (60, "minimize", ["complete", "stopped"]),
            (40, "maximize", ["complete", "stopped", "failed", "running"]),
            (45, "minimize", ["stopped", "running"]),
            (300, "minimize", ["complete"]),
        ]
    ):
        trials = history(count, states)
        sampler = TPESampler(seed=number)
        sampler._parzen_estimator_cls = Recorder
        study = optuna.create_study(sampler=sampler, direction=goal)
        study.add_trials([frozen(trial) for trial in trials])
        Recorder.made = []
        trial = study.ask()
        for name in SPACE:
            trial._suggest(name, DISTRIBUTIONS[name])
        groups = []
        for good, bad in zip(Recorder.made[::2], Recorder.made[1::2]):
            names = list(good.space)
            taken = {name: trial.params[name] for name in names}
            groups.append(
                {
                    "names": names,
                    "better": {name: good.observed[name] for name in names},
                    "worse": {name: [len(bad.observed[name]), sum(bad.observed[name])] for name in names},
                    "candidates": good.drawn,
                    "taken": taken,
                }
            )
        yield {"goal": goal, "trials": trials, "groups": groups}


def medians():
    for goal in ("minimize", "maximize"):
        for startup, warmup in ((5, 0), (2, 2), (9, 0)):
            for _ in range(8):
                study = optuna.create_study(direction=goal)
                trials = []
                for _ in range(8):
                    values = np.round(random.normal(size=int(random.integers(1, 6))), 1).tolist()
                    trials.append({"state": "complete", "value": 0.0, "reports": [[i + 1, v] for i, v in enumerate(values)]})
                if random.random() < 0.3:
                    trials[3]["reports"][0][1] = math.nan
                current = np.round(random.normal(size=int(random.integers(1, 6))), 1).tolist()
                if random.random() < 0.2:
                    current[-1] = math.nan
                trials.append(
                    {"state": "running", "value": None, "reports": [[i + 1, v] for i, v in enumerate(current)]}
                )
                study.add_trials([frozen({**trial, "values": {}}) for trial in trials])
                pruner = optuna.pruners.MedianPruner(n_startup_trials=startup, n_warmup_steps=warmup)
                stops = pruner.prune(study, study.trials[-1])
                yield {
                    "goal": goal,
                    "startupTrials": startup,
                    "warmupSteps": warmup,
                    "trials": trials,
                    "stops": bool(stops),
                }


sobol = qmc.Sobol(d=64, scramble=False, bits=32)
points = sobol.random(64)
values = {
    "optuna": optuna.__version__,
    "space": SPACE,
    "estimators": list(estimators()),
    "choices": list(choices()),
    "medians": list(medians()),
    "sobol": {str(index): points[index].tolist() for index in (1, 2, 3, 10, 33, 63)},
}
# JSON has no NaN: a report without a number is null.
OUTPUT.write_text(json.dumps(values).replace("NaN", "null") + "\n")
