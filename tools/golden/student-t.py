"""Golden values of SciPy for Student's t and for intervals of paired differences.

    python tools/golden/student-t.py
"""

import json
import pathlib

import numpy as np
from scipy import stats

OUTPUT = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "student-t.json"

random = np.random.default_rng(20_261_122)

quantiles = [
    {"share": share, "degrees": degrees, "t": float(stats.t.ppf(share, degrees))}
    for degrees in (1, 2, 3, 4, 5, 6, 7, 9, 10, 19, 30, 99, 200)
    for share in (0.005, 0.025, 0.05, 0.3, 0.5, 0.75, 0.9, 0.95, 0.975, 0.995, 0.9995)
]
distribution = [
    {"t": t, "degrees": degrees, "share": float(stats.t.cdf(t, degrees))}
    for degrees in (1, 2, 3, 4, 7, 10, 31, 120)
    for t in (-12.5, -2.1, -0.3, 0.0, 0.01, 0.7, 1.96, 4.3, 25.0)
]
paired = []
for count in (2, 3, 4, 5, 10):
    for confidence in (0.9, 0.95, 0.99):
        a = 0.9 + 0.02 * random.standard_normal(count)
        b = a - 0.005 + 0.004 * random.standard_normal(count)
        result = stats.ttest_rel(a, b)
        interval = result.confidence_interval(confidence)
        paired.append(
            {
                "a": a.tolist(),
                "b": b.tolist(),
                "confidence": confidence,
                "mean": float(np.mean(a - b)),
                "deviation": float(np.std(a - b, ddof=1)),
                "low": float(interval.low),
                "high": float(interval.high),
            }
        )

OUTPUT.write_text(
    json.dumps({"quantiles": quantiles, "distribution": distribution, "paired": paired}, indent=1) + "\n"
)
