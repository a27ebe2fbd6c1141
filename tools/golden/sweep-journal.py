"""Writes a journal with Optuna 5, and what Optuna makes of it and of the journal that sweep-journal.mjs wrote.

    pip install optuna==5.0.0
    node tools/golden/sweep-journal.mjs && python tools/golden/sweep-journal.py
"""

import json
import math
import pathlib
import warnings
from datetime import timezone

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

FOLDER = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "sweep"

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def storage(path):
    return JournalStorage(JournalFileBackend(str(path)))


def objective(trial):
    x = trial.suggest_float("x", -1, 1)
    trial.suggest_float("rate", 1e-5, 1, log=True)
    trial.suggest_float("share", 0, 1, step=0.25)
    depth = trial.suggest_int("depth", 1, 9, step=2)
    trial.suggest_int("width", 1, 256, log=True)
    kind = trial.suggest_categorical("kind", ["plain", 2, 2.5, True, None])
    if depth > 4:
        trial.suggest_float("momentum", 0, 1)
    trial.report(x, 3)
    trial.report(math.nan if trial.number == 2 else -x, 1)
    trial.set_user_attr("note", {"kind": kind, "größe": [1, "\n"]})
    if trial.number % 4 == 1:
        raise optuna.TrialPruned()
    if trial.number % 4 == 3:
        raise ValueError("on purpose")
    return x**2


def write(path):
    path.unlink(missing_ok=True)
    kept = storage(path)
    optuna.create_study(storage=kept, study_name="removed")
    study = optuna.create_study(
        storage=kept, study_name="größer", direction="maximize", sampler=optuna.samplers.RandomSampler(seed=7)
    )
    study.set_user_attr("why", "golden")
    study.set_metric_names(["square"])
    study.optimize(objective, 9, catch=ValueError)
    optuna.delete_study(storage=kept, study_name="removed")
    study.enqueue_trial({"x": 0.5})
    study.enqueue_trial({"x": -0.5})
    study.optimize(objective, 1)
    study.ask().suggest_float("x", -1, 1)
    study.add_trial(study.trials[0])
    several = optuna.create_study(storage=kept, study_name="several", directions=["minimize", "maximize"])
    several.optimize(lambda trial: (trial.suggest_float("y", 0, 1), math.inf), 1)


def time(stamp):
    return stamp and stamp.astimezone(timezone.utc).isoformat(timespec="microseconds")


def number(value):
    """JSON has neither NaN nor Infinity."""
    return value if math.isfinite(value) else str(value)


def state(path):
    kept = storage(path)
    return [
        {
            "name": study.study_name,
            "directions": [direction.name for direction in study.directions],
            "userAttributes": study.user_attrs,
            "systemAttributes": study.system_attrs,
            "trials": [
                {
                    "number": trial.number,
                    "state": trial.state.name,
                    "values": trial.params,
                    "distributions": {
                        name: optuna.distributions.distribution_to_json(one)
                        for name, one in trial.distributions.items()
                    },
                    "objectives": trial.values and [number(value) for value in trial.values],
                    "reports": [[step, number(trial.intermediate_values[step])] for step in sorted(trial.intermediate_values)],
                    "userAttributes": trial.user_attrs,
                    "systemAttributes": trial.system_attrs,
                    "started": time(trial.datetime_start),
                    "completed": time(trial.datetime_complete),
                }
                for trial in kept.get_all_trials(study._study_id)
            ],
        }
        for study in kept.get_all_studies()
    ]


write(FOLDER / "optuna.journal")
for journal in ("optuna", "heddle"):
    text = json.dumps(state(FOLDER / f"{journal}.journal"), indent=1)
    (FOLDER / f"{journal}-state.json").write_text(text + "\n")
