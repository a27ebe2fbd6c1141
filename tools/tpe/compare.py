"""Compares Heddle's TPE with Optuna's on six test functions, and prints the table of docs/sweeps.md.

    pip install optuna==5.0.0 scipy
    npm run build && python tools/tpe/compare.py [--trials 100] [--seeds 20]
"""

import argparse
import json
import math
import pathlib
import subprocess
import warnings

import numpy as np
import optuna
from scipy.stats import mannwhitneyu

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def branin(x):
    return (
        (x[1] - 5.1 * x[0] ** 2 / (4 * math.pi**2) + 5 * x[0] / math.pi - 6) ** 2
        + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x[0])
        + 10
    )


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def rastrigin(x):
    return 10 * len(x) + np.sum(x**2 - 10 * np.cos(2 * math.pi * x))


def styblinski_tang(x):
    return np.sum(x**4 - 16 * x**2 + 5 * x) / 2


def ackley(x):
    return (
        20
        + math.e
        - 20 * math.exp(-0.2 * math.sqrt(np.mean(x**2)))
        - math.exp(np.mean(np.cos(2 * math.pi * x)))
    )


def hartmann(x):
    a = np.array([1, 1.2, 3, 3.2])
    A = np.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
    P = np.array(
        [
            [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
            [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
            [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
            [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
        ]
    )
    return -np.sum(a * np.exp(-np.sum(A * (x - P) ** 2, axis=1)))


FUNCTIONS = {
    "Branin": branin,
    "Rosenbrock": rosenbrock,
    "Rastrigin": rastrigin,
    "Styblinski–Tang": styblinski_tang,
    "Ackley": ackley,
    "Hartmann": hartmann,
}


def best(function, bounds, trials, seed):
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(
        lambda trial: float(function(np.array([trial.suggest_float(f"x{i}", *one) for i, one in enumerate(bounds)]))),
        trials,
    )
    return study.best_value


parser = argparse.ArgumentParser()
parser.add_argument("--trials", type=int, default=100)
parser.add_argument("--seeds", type=int, default=20)
options = parser.parse_args()
script = pathlib.Path(__file__).with_name("heddle.mjs")
command = ["node", str(script), str(options.trials), str(options.seeds)]
results = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

print(f"Optuna {optuna.__version__}, {options.trials} trials, {options.seeds} seeds; the median best value, lower is better.\n")
print("| function | dimensions | Optuna's TPE | Heddle's TPE | at random | p |")
print("| -------- | ---------: | -----------: | -----------: | --------: | --: |")
for result in results:
    function, bounds = FUNCTIONS[result["name"]], result["bounds"]
    probe = function(np.array([low + 0.3 * (high - low) for low, high in bounds]))
    assert math.isclose(probe, result["probe"], rel_tol=1e-9), result["name"]
    theirs = [best(function, bounds, options.trials, seed) for seed in range(options.seeds)]
    p = mannwhitneyu(theirs, result["tpe"]).pvalue
    medians = " | ".join(f"{np.median(values):.3g}" for values in (theirs, result["tpe"], result["random"]))
    print(f"| {result['name']} | {len(bounds)} | {medians} | {p:.2f} |", flush=True)
