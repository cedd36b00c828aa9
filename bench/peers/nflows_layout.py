"""The same model with its operations laid out as nflows has them: masks that index, knots padded and pinned, a gather for each table."""

import math

import torch
import torch.nn.functional as F
from competitor import serve
from neural_spline import LEAST, RAW_OF_SLOPE_ONE, Flow, prepare


def search_sorted(knots, inputs):
    # nflows moves the last knot a little, so that the bound is in the last bin.
    knots = knots.clone()
    knots[..., -1] += 1e-6
    return torch.sum(inputs[..., None] >= knots, dim=-1) - 1


def sizes_and_knots(raw, bins, bound):
    sizes = F.softmax(raw, dim=-1)
    sizes = LEAST + (1 - LEAST * bins) * sizes
    knots = torch.cumsum(sizes, dim=-1)
    knots = F.pad(knots, pad=(1, 0), mode="constant", value=0.0)
    knots = 2 * bound * knots - bound
    knots[..., 0] = -bound
    knots[..., -1] = bound
    return knots[..., 1:] - knots[..., :-1], knots


def bounded_spline(inputs, raw_widths, raw_heights, raw_slopes, bound, inverse):
    bins = raw_widths.shape[-1]
    widths, knots_x = sizes_and_knots(raw_widths, bins, bound)
    slopes = LEAST + F.softplus(raw_slopes)
    heights, knots_y = sizes_and_knots(raw_heights, bins, bound)
    k = search_sorted(knots_y if inverse else knots_x, inputs)[..., None]
    x0 = knots_x.gather(-1, k)[..., 0]
    width = widths.gather(-1, k)[..., 0]
    y0 = knots_y.gather(-1, k)[..., 0]
    delta = heights / widths
    s = delta.gather(-1, k)[..., 0]
    d0 = slopes.gather(-1, k)[..., 0]
    d1 = slopes[..., 1:].gather(-1, k)[..., 0]
    height = heights.gather(-1, k)[..., 0]
    if inverse:
        a = (inputs - y0) * (d0 + d1 - 2 * s) + height * (s - d0)
        b = height * d0 - (inputs - y0) * (d0 + d1 - 2 * s)
        c = -s * (inputs - y0)
        discriminant = b.pow(2) - 4 * a * c
        assert (discriminant >= -1e-3).all()
        root = (2 * c) / (-b - torch.sqrt(discriminant.clamp_min(0)))
        outputs = root * width + x0
        q = root * (1 - root)
        denominator = s + ((d0 + d1 - 2 * s) * q)
        numerator = s.pow(2) * (d1 * root.pow(2) + 2 * s * q + d0 * (1 - root).pow(2))
        return outputs, -(torch.log(numerator) - 2 * torch.log(denominator))
    t = (inputs - x0) / width
    q = t * (1 - t)
    numerator = height * (s * t.pow(2) + d0 * q)
    denominator = s + ((d0 + d1 - 2 * s) * q)
    outputs = y0 + numerator / denominator
    derivative = s.pow(2) * (d1 * t.pow(2) + 2 * s * q + d0 * (1 - t).pow(2))
    return outputs, torch.log(derivative) - 2 * torch.log(denominator)


def spline(v, raw, bins, bound, solve):
    raw_widths, raw_heights, raw_slopes = raw[..., :bins], raw[..., bins : 2 * bins], raw[..., 2 * bins :]
    inside = (v >= -bound) & (v <= bound)
    outside = ~inside
    outputs = torch.zeros_like(v)
    log_slopes = torch.zeros_like(v)
    raw_slopes = F.pad(raw_slopes + RAW_OF_SLOPE_ONE, pad=(1, 1))
    constant = math.log(math.exp(1 - LEAST) - 1)
    raw_slopes[..., 0] = constant
    raw_slopes[..., -1] = constant
    outputs[outside] = v[outside]
    if torch.any(inside):
        outputs[inside], log_slopes[inside] = bounded_spline(
            v[inside], raw_widths[inside, :], raw_heights[inside, :], raw_slopes[inside, :], bound, solve
        )
    return outputs, log_slopes.sum(1)


class NflowsLayout(Flow):
    spline = staticmethod(spline)


serve(lambda problem: prepare(problem, NflowsLayout))
