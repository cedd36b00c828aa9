"""A table of shared/data/tables in its three parts, as float64, and how a competitor answers."""

import gzip
import json
import os
import sys

import numpy as np


def parts(folder, name):
    values = np.loadtxt(gzip.open(os.path.join(folder, f'{name}.csv.gz'), 'rt'), delimiter=',', skiprows=1, ndmin=2)
    with gzip.open(os.path.join(folder, 'splits', f'{name}.json.gz'), 'rt') as file:
        split = json.load(file)
    return tuple(values[split[part]] for part in ('train', 'val', 'test'))


def answer(scores, setting, seconds):
    """Log-likelihoods of the test rows in raw units, nats."""
    json.dump({'scores': [round(float(s), 3) for s in scores], 'setting': setting, 'seconds': round(seconds, 2)}, sys.stdout)
