#!/usr/bin/env python3
"""Writes ../resources/observer/ranges.csv: ranges that other implementations choose for made-up data.

Made with Debian 12's Python 3.11.2, numpy 1.24.2 and torch 1.13.0 (python3-torch):  /usr/bin/python3 ranges.py
No random numbers of a library: the data come from a linear congruential generator, which the test repeats.

Columns: data, method, smallest and largest code, expected bounds, and the mean squared error where the method is mse.
percentile, meanstd: numpy on the values. kl: the divergence written out again here, on bins counted by numpy.
mse: brute force over 2000 factors on the values themselves. l2: torch's HistogramObserver on the same bins.

ranges.py --observer prints instead how far the range of l2 is from that of a HistogramObserver which counts bins of its own.
"""
import math
import os
import sys

import numpy as np
import torch
from torch.ao.quantization.observer import HistogramObserver

# torch's search in double: in float32 its norms are too coarse to compare with another implementation.
torch.set_default_dtype(torch.float64)

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "resources", "observer", "ranges.csv")
COUNT = 20000
CODES = [(0, 255), (-127, 127), (0, 15), (-2, 1)]


class Uniform:
    """Numbers in [0, 1) with 24 bits."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 40) / 2.0**24

    def bell(self):
        """A sum of 12, which is nearly normal: mean 0, variance 1."""
        total = 0.0
        for _ in range(12):
            total += self.next()
        return total - 6.0


def heavy(u):
    """Symmetric with tails like 1 / x^2."""
    x = u.next() * 2.0 - 1.0
    return x / (1.0 - abs(x) + 0.001)


DATA = {
    "bell": lambda u: u.bell() * 0.7 + 0.2,
    "relu": lambda u: max(0.0, u.bell()),
    "heavy": heavy,
    "outlier": lambda u: 60.0 if u.next() < 0.0005 else u.bell(),
    "negative": lambda u: -u.next() * u.next() - 0.01,
    "positive": lambda u: 3.0 + u.next() * u.next(),
}


def values(name, seed):
    u = Uniform(seed)
    return np.array([DATA[name](u) for _ in range(COUNT)]).astype(np.float32)


def bins(x):
    """Counts and edges of 2048 bins at most, of a power of two, with 0 among the edges."""
    low, high = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
    exponent = -140
    while math.floor(high / 2.0**exponent) - math.floor(low / 2.0**exponent) >= 2048:
        exponent += 1
    width = 2.0**exponent
    edges = np.arange(math.floor(low / width), math.floor(high / width) + 2) * width
    # numpy counts the last edge into the last bin, but no value is that large.
    return np.histogram(x.astype(np.float64), edges)[0], edges


def percentile(x, percent):
    outside = 100.0 - percent
    if x.min() >= 0:
        return 0.0, np.percentile(x, percent)
    if x.max() <= 0:
        return np.percentile(x, outside), 0.0
    return np.percentile(x, outside / 2), np.percentile(x, 100 - outside / 2)


def mean_std(x, sigmas):
    mean, std = x.mean(dtype=np.float64), x.std(dtype=np.float64)
    return max(mean - sigmas * std, x.min()), min(mean + sigmas * std, x.max())


def divergence(inside, left, right, levels):
    n = len(inside)
    p = inside.astype(np.float64)
    p[0] += left
    p[-1] += right
    q = np.zeros(n)
    group = (np.arange(n) * levels) // n
    for g in np.unique(group):
        members = (group == g) & (p > 0)
        if members.any():
            q[members] = inside[group == g].sum() / members.sum()
    p, q = p / p.sum(), q / p.sum()  # what is clipped is missing from q
    p, q = 0.9999 * p + 0.0001 / n, 0.9999 * q + 0.0001 / n
    return float(np.sum(p * np.log(p / q)))


def kl(x, codes):
    counts, edges = bins(x)
    levels = codes[1] - codes[0] + 1
    zero = int(np.flatnonzero(edges == 0)[0])
    counts[zero] = min(counts[zero], max(counts[i] for i in (zero - 1, zero + 1) if 0 <= i < len(counts)))
    start = max(1, levels // 2 if x.min() < 0 < x.max() else levels)
    best, threshold = math.inf, max(zero, len(counts) - zero)
    for t in range(start, max(zero, len(counts) - zero) + 1):
        a, b = max(0, zero - t), min(len(counts), zero + t)
        d = divergence(counts[a:b], counts[:a].sum(), counts[b:].sum(), levels)
        if d <= best:
            best, threshold = d, t
    reach = threshold * (edges[1] - edges[0])
    return max(x.min(), -reach), min(x.max(), reach)


def squared_error(x, low, high, codes):
    low, high = min(low, 0.0), max(high, 0.0)
    scale = np.float32((high - low) / (codes[1] - codes[0]))
    zero_point = np.clip(np.rint(codes[0] - low / float(scale)), *codes)
    q = np.clip(np.rint(x / scale) + zero_point, *codes)
    return float(np.mean((x - (q - zero_point) * float(scale)) ** 2))


def mse(x, codes):
    low, high = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
    factors = np.arange(1, 2001) / 2000.0
    errors = [squared_error(x, low * f, high * f, codes) for f in factors]
    best = int(np.argmin(errors))
    return low * factors[best], high * factors[best], errors[best]


def l2(x, codes):
    counts, edges = bins(x)
    observer = HistogramObserver(bins=len(counts))
    observer.histogram = torch.tensor(counts, dtype=torch.float64)
    observer.min_val = torch.tensor(edges[0])
    observer.max_val = torch.tensor(edges[-1])
    observer.dst_nbins = codes[1] - codes[0] + 1
    low, high = observer._non_linear_param_search()
    return max(float(low), x.min()), min(float(high), x.max())


def observed(x, codes, batches):
    """What torch's observer ends at by itself, in float32 as it is shipped."""
    torch.set_default_dtype(torch.float32)
    observer = HistogramObserver(dtype=torch.quint8, quant_min=codes[0], quant_max=codes[1])
    for batch in np.split(x, batches):
        observer(torch.tensor(batch))
    low, high = observer._non_linear_param_search()
    torch.set_default_dtype(torch.float64)
    return float(low), float(high)


def compare():
    """Width and squared error of l2 on our bins, divided by those of the observer."""
    for codes in [(0, 255), (0, 15)]:
        for index, name in enumerate(DATA, 1):
            for seed in (index, index + 100, index + 200):
                x = values(name, seed)
                for batches in (1, 10):
                    ours, theirs = l2(x, codes), observed(x, codes, batches)
                    widths = [max(high, 0.0) - min(low, 0.0) for low, high in (ours, theirs)]
                    errors = [squared_error(x, *range, codes) for range in (ours, theirs)]
                    ratios = widths[0] / widths[1], errors[0] / errors[1]
                    print(name, codes, "seed", seed, "batches", batches, "width %.3f error %.3f" % ratios)


def main():
    rows = []

    def row(name, method, codes, low, high, error=0.0):
        rows.append("%s,%s,%d,%d,%.9g,%.9g,%.9g" % (name, method, *codes, min(low, 0), max(high, 0), error))

    for seed, name in enumerate(DATA, 1):
        x = values(name, seed)
        row(name, "minmax", CODES[0], x.min(), x.max())
        row(name, "percentile 99", CODES[0], *percentile(x, 99.0))
        row(name, "percentile 99.9", CODES[0], *percentile(x, 99.9))
        row(name, "meanstd 3", CODES[0], *mean_std(x, 3.0))
        for codes in CODES:
            row(name, "kl", codes, *kl(x, codes))
            row(name, "mse", codes, *mse(x, codes))
            # torch moves the lower bound over bins between 0 and positive data; zero is always kept here.
            if name not in ("positive", "negative"):
                row(name, "l2", codes, *l2(x, codes))
    os.makedirs(os.path.dirname(FILE), exist_ok=True)
    with open(FILE, "w") as file:
        file.write("# Written by src/test/python/ranges.py: Python 3.11.2, numpy 1.24.2, torch 1.13.0; seeds 1 to 6\n")
        file.write("\n".join(rows) + "\n")


compare() if "--observer" in sys.argv else main()
