"""Makes each model-N.py of a folder, loads model-N.safetensors into it, and writes its log-densities, in float64, of the folder's points."""

import sys
import types
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

try:
    import UMNN  # noqa: F401
except ImportError:  # nflows imports it for layers that are not used here
    sys.modules["UMNN"] = types.SimpleNamespace(NeuralIntegral=None, ParallelNeuralIntegral=None)

folder = Path(sys.argv[1])
points = load_file(folder / "points.safetensors")
for code in sorted(folder.glob("model-*.py")):
    scope = {}
    exec(code.read_text(), scope)
    flow = scope["build"]()
    flow.load_state_dict(load_file(code.with_suffix(".safetensors")))
    flow.double()
    conditional = "context = None" not in code.read_text()
    with torch.no_grad():
        context = points["context"].double() if conditional else None
        log_prob = flow.log_prob(points["x"].double(), context=context)
    save_file({"log_prob": log_prob.contiguous()}, code.with_suffix(".values.safetensors"))
