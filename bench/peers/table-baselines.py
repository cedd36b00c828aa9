"""The Gaussian of full covariance, a Gaussian mixture and a kernel density of scikit-learn: FOLDER TABLE COMPETITOR.

Widths and numbers of components are chosen on the validation rows, and the choice is fitted again to training and validation rows together.
"""

import sys
import time
import warnings

import numpy as np
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity

from table_rows import answer, parts

warnings.filterwarnings('ignore')


def gaussian(train, val, test):
    both = np.vstack([train, val])
    mean, covariance = both.mean(0), np.atleast_2d(np.cov(both.T, bias=True))
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    score = multivariate_normal(np.zeros(len(mean)), correlation, allow_singular=True).logpdf((test - mean) / scale)
    return np.atleast_1d(score) - np.log(scale).sum(), ''


def mixture(train, val, test):
    def fit(rows, k):
        mean, scale = rows.mean(0), rows.std(0)
        model = GaussianMixture(k, covariance_type='full', random_state=1, n_init=2, max_iter=300)
        model.fit((rows - mean) / scale)
        return lambda x: model.score_samples((x - mean) / scale) - np.log(scale).sum()

    best = (-np.inf, 1)
    for k in range(1, 21):
        if k >= len(train) / 2:
            break
        best = max(best, (fit(train, k)(val).mean(), k))
    return fit(np.vstack([train, val]), best[1])(test), f'{best[1]} components'


def kernels(train, val, test):
    def fit(rows, width):
        mean = rows.mean(0)
        factor = np.linalg.cholesky(np.atleast_2d(np.cov(rows.T)) + 1e-12 * np.diag(rows.var(0)))
        white = lambda x: np.linalg.solve(factor, (x - mean).T).T
        model = KernelDensity(bandwidth=width, rtol=1e-5).fit(white(rows))
        return lambda x: model.score_samples(white(x)) - np.log(np.diag(factor)).sum()

    best = (-np.inf, 1.0)
    rows = train[:8000]
    for width in np.geomspace(0.01, 1.5, 24):
        shrunk = width * (len(rows) / len(train)) ** (-1 / (train.shape[1] + 4))
        best = max(best, (fit(rows, shrunk)(val[:2000]).mean(), width))
    return fit(np.vstack([train, val]), best[1])(test), f'width {best[1]:.3f}'


if __name__ == '__main__':
    folder, name, competitor = sys.argv[1:4]
    began = time.process_time()
    scores, setting = {'gaussian': gaussian, 'mixture': mixture, 'kernels': kernels}[competitor](*parts(folder, name))
    answer(scores, setting, time.process_time() - began)
