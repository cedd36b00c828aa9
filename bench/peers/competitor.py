"""What the competitors in PyTorch share: the protocol, the checks, the clock.

The problem is the first argument, as JSON; requests come on stdin and answers go to stdout, a line of JSON each.
src/lib/comparison/workload.ts says what they are. As many threads as OMP_NUM_THREADS says.
"""

import json
import math
import os
import resource
import sys
import time

import numpy
import torch

CHECK_STEPS = 5


def read(path):
    """The numbers of a file."""
    return torch.from_numpy(numpy.fromfile(path, dtype="<f4"))


class Workload:
    """A model that has `log_prob`, `decode` and `sample`, its parameters, and an optimiser of them."""

    def __init__(self, problem, model, optimiser, parameters, event_shape):
        self.batch, self.rows = problem["batch"], problem["rows"]
        self.samples = problem.get("samples", self.batch)
        self.data = read(problem["data"]).reshape(self.rows, *event_shape)
        self.first_batch = self.data[: self.batch].clone()
        self.model, self.optimiser, self.parameters = model, optimiser, parameters

    def descend(self, x):
        self.optimiser.zero_grad(set_to_none=True)
        loss = -self.model.log_prob(x).mean()
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def training(self):
        self.descend(self.data[torch.randperm(self.rows)[: self.batch]])

    @torch.no_grad()
    def logProb(self):
        self.model.log_prob(self.first_batch).numpy()

    @torch.no_grad()
    def sample(self):
        self.model.sample(self.samples).numpy()

    def check(self):
        with torch.no_grad():
            decoded = self.model.decode(self.first_batch.flatten(1)).square().mean().item()
        gradient = torch.autograd.grad(-self.model.log_prob(self.first_batch).mean(), self.parameters)
        norm = math.sqrt(sum(part.square().sum().item() for part in gradient))
        losses = [self.descend(self.first_batch) for _ in range(CHECK_STEPS + 1)]
        return {"loss": losses[0], "gradientNorm": norm, "lossAfter": losses[CHECK_STEPS], "decoded": decoded}


def milliseconds(f):
    began = time.perf_counter()
    f()
    return 1000 * (time.perf_counter() - began)


def serve(prepare):
    """Answers requests with the workload that `prepare` makes of the problem."""
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    workload = prepare(json.loads(sys.argv[1]))
    for line in sys.stdin:
        request = json.loads(line)
        if "check" in request:
            answer = workload.check()
        elif "memory" in request:
            answer = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        else:
            f = getattr(workload, request["mode"])
            answer = [milliseconds(f) for _ in range(request["steps"])]
        print(json.dumps(answer), flush=True)
