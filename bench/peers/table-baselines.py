"""The Gaussian of full covariance, a Gaussian mixture and a kernel density of scikit-learn: FOLDER TABLE COMPETITOR.

Each chooses by how likely the validation rows are, and fits its choice again to training and validation rows together. Test rows choose nothing.

A mixture: components, a number added to covariances, standardised or whitened columns; it is the mean of mixtures from several starts, by which it is
chosen too. Kernels: the width, and the covariance as it is, its diagonal alone or between them,
by the validation rows, and of few by each row of both parts under the others.
"""

import os

os.environ.update({name: '1' for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS')})

import sys
import time
import warnings

import numpy as np
from scipy.special import logsumexp
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity

from table_rows import answer, parts

warnings.filterwarnings('ignore')

FEW = 2500
COMPONENTS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20)


def gaussian(train, val, test):
    both = np.vstack([train, val])
    mean, covariance = both.mean(0), np.atleast_2d(np.cov(both.T, bias=True))
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    # Where one column is all but a sum of others, a row beside the plane is rare and not impossible.
    factor = np.linalg.cholesky(correlation + 1e-9 * np.eye(len(mean)))
    white = np.linalg.solve(factor, ((test - mean) / scale).T).T
    score = -0.5 * (white**2 + np.log(2 * np.pi)).sum(1) - np.log(np.diag(factor)).sum()
    return score - np.log(scale).sum(), ''


def mixture(train, val, test):
    both = np.vstack([train, val])

    def fit(rows, k, ridge, white, starts):
        mean, scale = rows.mean(0), rows.std(0)
        correlation = np.atleast_2d(np.cov(((rows - mean) / scale).T))
        factor = np.linalg.cholesky(correlation + 1e-12 * np.eye(len(mean))) if white else np.eye(len(mean))
        enter = lambda x: np.linalg.solve(factor, ((x - mean) / scale).T).T
        volume = np.log(scale).sum() + np.log(np.diag(factor)).sum()
        models = [
            GaussianMixture(k, covariance_type='full', reg_covar=ridge, random_state=start, max_iter=300).fit(enter(rows))
            for start in range(1, starts + 1)
        ]
        return lambda x: logsumexp([model.score_samples(enter(x)) for model in models], axis=0) - np.log(starts) - volume

    few = len(both) < FEW
    settings = ((1e-6, False), (1e-6, True), *(((1e-3, False),) if few else ()))
    starts = 5 if len(both) < 600 else 3 if few else 1
    judged = []
    for ridge, white in settings:
        for k in COMPONENTS if few else COMPONENTS[6::2]:
            if k < len(train) / 2:
                judged.append((fit(train, k, ridge, white, starts)(val).mean(), k, ridge, white))
    _, k, ridge, white = max(judged)
    scores = fit(both, k, ridge, white, max(starts, 2))(test)
    return scores, f'{k} components, {ridge:g} added{" to whitened columns" if white else ""}'


def kernels(train, val, test):
    rows = np.vstack([train, val])
    mean, scale = rows.mean(0), rows.std(0)
    covariance = np.atleast_2d(np.cov(((rows - mean) / scale).T))
    some = np.random.RandomState(1).permutation(len(rows))[:1000]
    best = (-np.inf,)
    for shrunk in (0.0, 0.1, 1.0):
        factor = np.linalg.cholesky((1 - shrunk) * covariance + (shrunk + 1e-12) * np.diag(np.diag(covariance)))
        whitened = lambda x, factor=factor: np.linalg.solve(factor, ((x - mean) / scale).T).T
        volume = np.log(np.diag(factor)).sum() + np.log(scale).sum()

        def squares(judged, known):
            return np.maximum((judged**2).sum(1)[:, None] + (known**2).sum(1)[None] - 2 * judged @ known.T, 0)

        left, others = squares(whitened(val[:2000]), whitened(train)), squares(whitened(rows[some]), whitened(rows))
        others[np.arange(len(some)), some] = np.inf
        mean_log = lambda away, width: logsumexp(-0.5 * away / width**2, axis=1).mean() - len(mean) * np.log(width) - volume
        likelihood = lambda width: mean_log(others if len(rows) < 600 else left, width)
        widths = np.geomspace(0.01, 2, 14)
        for _ in range(3):
            at = int(np.argmax([likelihood(width) for width in widths]))
            width = widths[at]
            widths = np.geomspace(widths[max(at - 1, 0)], widths[min(at + 1, len(widths) - 1)], 7)
        best = max(best, (likelihood(width), width, shrunk, whitened, volume), key=lambda one: one[0])
    _, width, shrunk, whitened, volume = best
    scores = KernelDensity(bandwidth=width, rtol=1e-5).fit(whitened(rows)).score_samples(whitened(test)) - volume
    return scores, f'width {width:.3f}, {shrunk:g} towards the diagonal'


if __name__ == '__main__':
    folder, name, competitor = sys.argv[1:4]
    began = time.process_time()
    scores, setting = {'gaussian': gaussian, 'mixture': mixture, 'kernels': kernels}[competitor](*parts(folder, name))
    answer(scores, setting, time.process_time() - began)
