"""Anomalies by scikit-learn: `rows` prints its breast cancer table, `score` reads {"train": rows, "test": rows} and prints what others say of the test rows.

The Gaussian of full covariance adds as little to the variances as leaves it one; an isolation forest has 500 trees (Liu, Ting and Zhou 2008). Lower is odder.
"""

import json
import sys

import numpy as np


def rows():
    from sklearn.datasets import load_breast_cancer

    found = load_breast_cancer()
    return {'rows': found.data.tolist(), 'odd': (found.target == 0).tolist()}


def gaussian(train, test):
    mean, scale = train.mean(0), train.std(0)
    used = scale > 0
    mean, scale, train, test = mean[used], scale[used], train[:, used], test[:, used]
    correlation = np.atleast_2d(np.cov(((train - mean) / scale).T, bias=True))
    # Where one column is all but a sum of others, a row beside the plane is rare and not impossible.
    factor = np.linalg.cholesky(correlation + 1e-6 * np.eye(len(mean)))
    white = np.linalg.solve(factor, ((test - mean) / scale).T).T
    return -0.5 * (white**2).sum(1)


def forest(train, test):
    from sklearn.ensemble import IsolationForest

    return IsolationForest(n_estimators=500, random_state=1).fit(train).score_samples(test)


if __name__ == '__main__':
    if sys.argv[1] == 'rows':
        json.dump(rows(), sys.stdout)
    else:
        given = json.load(sys.stdin)
        train, test = (np.array(given[part], dtype=float) for part in ('train', 'test'))
        json.dump({'Gaussian': gaussian(train, test).tolist(), 'isolation forest': forest(train, test).tolist()}, sys.stdout)
