"""Reference values of intervals and ratios, from scipy and statsmodels.

python3 -m venv venv && venv/bin/pip install scipy==1.17.1 statsmodels==0.15.0
venv/bin/python libs/figures/src/statistics/reference.py > libs/figures/src/statistics/reference.json
"""

import json
import numpy as np
import scipy
import statsmodels
from scipy.stats import t
from statsmodels.stats.contingency_tables import StratifiedTable, Table2x2
from statsmodels.stats.proportion import proportion_confint

means = []
for mean, deviation, n in [(10, 4, 2), (3.17, 6.83, 3), (-1.5, 2.25, 8), (0.4, 1.1, 31), (5, 12, 500), (0, 1, 20000)]:
    low, high = t.interval(0.95, n - 1, loc=mean, scale=deviation / np.sqrt(n))
    means.append({"mean": mean, "deviation": deviation, "n": n, "low": low, "high": high})

shares = []
for count, of in [(0, 8), (1, 8), (4, 8), (8, 8), (17, 23), (412, 4800), (19999, 20000)]:
    low, high = proportion_confint(count, of, method="wilson")
    shares.append({"count": count, "of": of, "low": low, "high": high})

ratios = []
for a, n1, c, n0 in [(45, 60, 30, 60), (3, 40, 9, 41), (700, 1000, 400, 640), (1, 9, 1, 12)]:
    table = Table2x2(np.array([[a, n1 - a], [c, n0 - c]]))
    risk, odds = table.riskratio_confint(), table.oddsratio_confint()
    ratios.append({
        "a": a, "n1": n1, "c": c, "n0": n0,
        "risk": {"ratio": table.riskratio, "low": risk[0], "high": risk[1]},
        "odds": {"ratio": table.oddsratio, "low": odds[0], "high": odds[1]},
    })

stratified = []
for strata in [
    [(30, 40, 20, 40), (15, 20, 10, 20)],
    [(9, 12, 40, 70), (31, 50, 22, 41), (5, 9, 3, 8)],
    [(200, 260, 90, 140), (310, 400, 70, 110), (120, 150, 60, 75), (80, 90, 20, 25), (12, 14, 5, 8)],
]:
    tables = [np.array([[a, n1 - a], [c, n0 - c]]) for a, n1, c, n0 in strata]
    pooled = StratifiedTable(tables)
    low, high = pooled.oddsratio_pooled_confint()
    # The risk ratio of StratifiedTable has no interval: Greenland and Robins 1985, equations 13 and 14, by numpy.
    a, n1, c, n0 = (np.array(column, dtype=float) for column in zip(*strata))
    n, m1 = n1 + n0, a + c
    ratio = np.sum(a * n0 / n) / np.sum(c * n1 / n)
    assert abs(ratio - pooled.riskratio_pooled) < 1e-12
    error = np.sqrt(np.sum((n1 * n0 * m1 - a * c * n) / n**2) / (np.sum(a * n0 / n) * np.sum(c * n1 / n)))
    stratified.append({
        "strata": strata,
        "risk": {"ratio": pooled.riskratio_pooled, "error": error},
        "odds": {"ratio": pooled.oddsratio_pooled, "error": pooled.logodds_pooled_se, "low": low, "high": high},
    })

print(json.dumps({
    "scipy": scipy.__version__, "statsmodels": statsmodels.__version__,
    "means": means, "shares": shares, "ratios": ratios, "stratified": stratified,
}, indent=2, default=float))
