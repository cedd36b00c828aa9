"""A neural spline flow (Durkan et al. 2019) in PyTorch: FOLDER TABLE [SEED].

Eight rational-quadratic couplings of eight bins within ±5, on whitened columns, with a random permutation before each. Rate, dropout and width are
chosen on the validation rows among four settings; each runs until validation of the parameters' running mean has got no better for 60 checks, all
together ten minutes of the processor at most; of fewer than 2,500 rows one minute, in which all of them are done or overfit.
"""

import copy
import math
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from table_rows import answer, parts

torch.set_num_threads(1)
BINS, BOUND, COUPLINGS = 8, 5.0, 8
# Of the processor, so that other work takes nothing from it.
SECONDS, SECONDS_OF_FEW, FEW = 600, 60, 2500
SETTINGS = [(32, 0.2, 5e-4), (128, 0.5, 5e-4), (64, 0.1, 1e-3), (128, 0.0, 1e-3)]
MEAN = 0.98


def spline(x, w, h, d):
    """x: [n, m]; w, h: [n, m, BINS]; d: [n, m, BINS - 1]. Returns y and log dy/dx."""
    w = (1e-3 + (1 - 1e-3 * BINS) * F.softmax(w, -1)) * 2 * BOUND
    h = (1e-3 + (1 - 1e-3 * BINS) * F.softmax(h, -1)) * 2 * BOUND
    d = F.pad(1e-3 + F.softplus(d + math.log(math.expm1(1 - 1e-3))), (1, 1), value=1.0)
    cx = F.pad(torch.cumsum(w, -1), (1, 0)) - BOUND
    cy = F.pad(torch.cumsum(h, -1), (1, 0)) - BOUND
    inside = (x > -BOUND) & (x < BOUND)
    v = x.clamp(-BOUND + 1e-5, BOUND - 1e-5)
    k = (v[..., None] >= cx[..., 1:-1]).sum(-1, keepdim=True)
    at = lambda table: table.gather(-1, k)[..., 0]
    x0, y0, bw, bh, d0, d1 = at(cx), at(cy), at(w), at(h), at(d), at(d[..., 1:])
    s, t = bh / bw, ((v - x0) / bw).clamp(0, 1)
    both = t * (1 - t)
    bottom = s + (d0 + d1 - 2 * s) * both
    y = y0 + bh * (s * t**2 + d0 * both) / bottom
    slope = 2 * s.log() + (d1 * t**2 + 2 * s * both + d0 * (1 - t) ** 2).log() - 2 * bottom.log()
    return torch.where(inside, y, x), torch.where(inside, slope, torch.zeros_like(x))


class Coupling(nn.Module):
    def __init__(self, size, hidden, dropout):
        super().__init__()
        self.register_buffer('order', torch.randperm(size))
        self.kept = size // 2
        self.moved = size - self.kept
        per = 3 * BINS - 1
        self.net = nn.Sequential(
            nn.Linear(max(self.kept, 1), hidden), nn.ReLU(), nn.Dropout(dropout),
            nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(dropout),
            nn.Linear(hidden, self.moved * per),
        )
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, x):
        x = x[:, self.order]
        kept, moved = x[:, : self.kept], x[:, self.kept :]
        raw = self.net(kept if self.kept else torch.zeros(len(x), 1)).view(len(x), self.moved, -1)
        y, slope = spline(moved, raw[..., :BINS], raw[..., BINS : 2 * BINS], raw[..., 2 * BINS :])
        return torch.cat([kept, y], 1), slope.sum(1)


class Flow(nn.Module):
    def __init__(self, size, hidden, dropout):
        super().__init__()
        self.size = size
        self.couplings = nn.ModuleList(Coupling(size, hidden, dropout) for _ in range(COUPLINGS))

    def forward(self, x):
        total = torch.zeros(len(x))
        for coupling in self.couplings:
            x, slope = coupling(x)
            total = total + slope
        return total - 0.5 * (x**2).sum(1) - 0.5 * self.size * math.log(2 * math.pi)


def train(x, val, setting, seed, until):
    hidden, dropout, rate = setting
    torch.manual_seed(seed)
    model = Flow(x.shape[1], hidden, dropout)
    running = copy.deepcopy(model)
    running.eval()
    optimiser = torch.optim.Adam(model.parameters(), rate)
    batch, every = min(256, len(x)), max(5, min(200, len(x) // 256))
    best, kept, patience, step = -math.inf, None, 0, 0
    generator = torch.Generator().manual_seed(seed)
    while patience < 60 and time.process_time() < until:
        rows = torch.randint(len(x), (batch,), generator=generator)
        loss = -model(x[rows]).mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        step += 1
        with torch.no_grad():
            for mean, own in zip(running.parameters(), model.parameters()):
                mean.lerp_(own, 1 - min(MEAN, step / (step + 10)))
        if step % every:
            continue
        with torch.no_grad():
            score = torch.cat([running(part) for part in val.split(4096)]).mean().item()
        if score > best:
            best, kept, patience = score, copy.deepcopy(running.state_dict()), 0
        else:
            patience += 1
    running.load_state_dict(kept)
    return best, running


if __name__ == '__main__':
    folder, name = sys.argv[1:3]
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    began = time.process_time()
    train_rows, val_rows, test_rows = parts(folder, name)
    mean, scale = train_rows.mean(0), train_rows.std(0)
    correlation = np.atleast_2d(np.cov(((train_rows - mean) / scale).T))
    factor = np.linalg.cholesky(correlation + 1e-9 * np.eye(len(mean)))
    whitened = lambda part: torch.tensor(np.linalg.solve(factor, ((part - mean) / scale).T).T, dtype=torch.float32)
    x, val, test = (whitened(part) for part in (train_rows, val_rows, test_rows))
    found = []
    for i, setting in enumerate(SETTINGS):
        until = began + (SECONDS_OF_FEW if len(train_rows) < FEW else SECONDS) * (i + 1) / len(SETTINGS)
        found.append((*train(x, val, setting, seed, until), setting))
    best, model, setting = max(found, key=lambda entry: entry[0])
    with torch.no_grad():
        scores = torch.cat([model(part) for part in test.split(4096)]).numpy() - np.log(scale).sum() - np.log(np.diag(factor)).sum()
    answer(scores, 'hidden {}, dropout {}, rate {}'.format(*setting), time.process_time() - began)
