"""The Gaussian of full covariance, a Gaussian mixture and a kernel density of scikit-learn: FOLDER TABLE COMPETITOR.

Each chooses on training and validation rows, and fits its choice again to both together. Where there is more than one honest way to choose, and few rows
choose by luck, the one that suits the test rows best is reported: in favour of the competitor, and never of us.

A mixture: components by the validation rows, and by five folds where there are few, for each of several numbers added to its covariances, of
standardised and of whitened columns, from several starts. Kernels: the width by how likely each row is under the others, and the validation rows under the training rows, with the covariance as
it is, its diagonal alone, and between them.
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

    def fit(rows, k, ridge, white, start):
        mean, scale = rows.mean(0), rows.std(0)
        correlation = np.atleast_2d(np.cov(((rows - mean) / scale).T))
        factor = np.linalg.cholesky(correlation + 1e-12 * np.eye(len(mean))) if white else np.eye(len(mean))
        enter = lambda x: np.linalg.solve(factor, ((x - mean) / scale).T).T
        volume = np.log(scale).sum() + np.log(np.diag(factor)).sum()
        model = GaussianMixture(k, covariance_type='full', reg_covar=ridge, random_state=start, max_iter=300)
        model.fit(enter(rows))
        return lambda x: model.score_samples(enter(x)) - volume

    few = len(both) < FEW
    fold = np.random.RandomState(1).permutation(len(both)) % 5
    ways = [[(train, val)]] + ([[(both[fold != i], both[fold == i]) for i in range(5)]] if few else [])
    settings = ((1e-6, False), (1e-6, True), *(((1e-3, False), (1e-2, False), (1e-1, False)) if few else ()))
    chosen = set()
    for way in ways:
        for ridge, white in settings:
            scores = []
            for k in COMPONENTS if few else COMPONENTS[6::2]:
                if k < len(train) / 2:
                    scores.append((sum(fit(rows, k, ridge, white, 1)(left).sum() for rows, left in way), k, ridge, white))
            chosen |= {best[1:] for best in sorted(scores)[-2:]}
    starts = range(1, 6 if few else 4 if len(both) < 4 * FEW else 2)
    found = [(fit(both, *setting, start)(test), setting) for setting in sorted(chosen) for start in starts]
    scores, (k, ridge, white) = max(found, key=lambda one: one[0].mean())
    return scores, f'{k} components, {ridge:g} added{" to whitened columns" if white else ""}'


def kernels(train, val, test):
    rows = np.vstack([train, val])
    mean, scale = rows.mean(0), rows.std(0)
    covariance = np.atleast_2d(np.cov(((rows - mean) / scale).T))
    some = np.random.RandomState(1).permutation(len(rows))[:1000]
    found = []
    for shrunk in (0.0, 0.1, 1.0):
        factor = np.linalg.cholesky((1 - shrunk) * covariance + (shrunk + 1e-12) * np.diag(np.diag(covariance)))
        whitened = lambda x: np.linalg.solve(factor, ((x - mean) / scale).T).T
        white = whitened(rows)
        volume = np.log(np.diag(factor)).sum() + np.log(scale).sum()
        known = np.arange(len(rows)) < len(train)
        left = np.flatnonzero(~known)[:2000]
        for judged, others in ((some, np.full(len(rows), True)), (left, known)):
            squares = (white**2).sum(1)
            away = np.maximum(squares[judged, None] + squares[None] - 2 * white[judged] @ white.T, 0)
            away[np.arange(len(judged)), judged] = np.inf
            away = away[:, others]
            likelihood = lambda width: logsumexp(-0.5 * away / width**2, axis=1).mean() - len(mean) * np.log(width)
            widths = np.geomspace(0.01, 2, 14)
            for _ in range(3):
                at = int(np.argmax([likelihood(width) for width in widths]))
                width = widths[at]
                widths = np.geomspace(widths[max(at - 1, 0)], widths[min(at + 1, len(widths) - 1)], 7)
            model = KernelDensity(bandwidth=width, rtol=1e-5).fit(white)
            found.append((model.score_samples(whitened(test)) - volume, width, shrunk))
    scores, width, shrunk = max(found, key=lambda one: one[0].mean())
    return scores, f'width {width:.3f}, {shrunk:g} towards the diagonal'


if __name__ == '__main__':
    folder, name, competitor = sys.argv[1:4]
    began = time.process_time()
    scores, setting = {'gaussian': gaussian, 'mixture': mixture, 'kernels': kernels}[competitor](*parts(folder, name))
    answer(scores, setting, time.process_time() - began)
