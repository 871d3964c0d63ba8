#!/usr/bin/python3
"""Training steps of LeNet and ResNet-20 in PyTorch, float and quantization-aware.

Usage: pytorch_training.py THREADS ROUNDS. Batch 64, Adam, cross entropy; the two modes take turns. Prints a line
"network mode milliseconds" with the median for each.
"""
import statistics
import sys
import time
import warnings

import torch
from torch import nn
from torch.ao import quantization
from torch.ao.nn.quantized import FloatFunctional

BATCH = 64
WARM_UP_SECONDS = 8


def conv(inputs, outputs, kernel, stride=1, padding=0, relu=True):
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, nn.ReLU()) if relu else nn.Sequential(*layers)


class LeNet(nn.Module):
    shape = (1, 28, 28)

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(conv(1, 20, 5), nn.MaxPool2d(2), conv(20, 50, 5), nn.MaxPool2d(2))
        self.dense = nn.Sequential(nn.Linear(800, 500), nn.ReLU())
        self.output = nn.Linear(500, 10)

    def forward(self, x):
        return self.output(self.dense(torch.flatten(self.features(x), 1)))


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        stride = 1 if inputs == outputs else 2
        self.a = conv(inputs, outputs, 3, stride, 1)
        self.b = conv(outputs, outputs, 3, 1, 1, relu=False)
        self.shortcut = None if stride == 1 else conv(inputs, outputs, 1, stride, 0, relu=False)
        self.add = FloatFunctional()

    def forward(self, x):
        shortcut = x if self.shortcut is None else self.shortcut(x)
        return self.add.add_relu(self.b(self.a(x)), shortcut)


class ResNet20(nn.Module):
    shape = (3, 32, 32)

    def __init__(self):
        super().__init__()
        widths = [16, 16, 16, 16, 32, 32, 32, 64, 64, 64]
        blocks = [Block(i, o) for i, o in zip(widths, widths[1:])]
        self.body = nn.Sequential(conv(3, 16, 3, 1, 1), *blocks, nn.AdaptiveAvgPool2d(1))
        self.output = nn.Linear(64, 10)

    def forward(self, x):
        return self.output(torch.flatten(self.body(x), 1))


def prepare(network):
    network = nn.Sequential(quantization.QuantStub(), network, quantization.DeQuantStub())
    network.train()
    for module in list(network.modules()):
        if isinstance(module, nn.Sequential) and len(module) > 1 and isinstance(module[0], (nn.Conv2d, nn.Linear)):
            quantization.fuse_modules_qat(module, [str(i) for i in range(len(module))], inplace=True)
    network.qconfig = quantization.get_default_qat_qconfig("fbgemm")
    return quantization.prepare_qat(network)


def step(network):
    shape = network.shape if hasattr(network, "shape") else network[1].shape
    x, y = torch.rand(BATCH, *shape), torch.randint(0, 10, (BATCH,))
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    network.train()

    def run():
        optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(network(x), y).backward()
        optimizer.step()

    return run


def main(threads, rounds):
    warnings.filterwarnings("ignore")
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    for name, network in (("LeNet", LeNet), ("ResNet-20", ResNet20)):
        steps = {"float": step(network()), "qat": step(prepare(network()))}
        times = {mode: [] for mode in steps}
        for run in steps.values():
            end = time.perf_counter() + WARM_UP_SECONDS
            while time.perf_counter() < end:
                run()
        for _ in range(rounds):
            for mode, run in steps.items():
                run()
                start = time.perf_counter()
                run()
                times[mode].append(time.perf_counter() - start)
        for mode, measured in times.items():
            print(name, mode, f"{statistics.median(measured) * 1e3:.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
