"""Recurrent layers of PyTorch on random numbers, for RecurrentGoldenTest.

    /usr/bin/python3 recurrent.py > ../resources/runtime/recurrent.csv      PyTorch 1.13, seed 5

Each line is a name and numbers, row by row. Sequences are [batch, time, features]; weights are those of torch.nn.LSTM (rows of
i, f, g, o) and torch.nn.RNN; names that end in _reverse are those of the other direction.
"""

import torch

BATCH, TIME, FEATURES, UNITS = 2, 6, 3, 4


def line(name, tensor):
    print(name + "," + ",".join(repr(float(x)) for x in tensor.detach().flatten()))


torch.manual_seed(5)
x = torch.randn(BATCH, TIME, FEATURES)
line("x", x)
for name, layer in [
    ("lstm", torch.nn.LSTM(FEATURES, UNITS, batch_first=True, bidirectional=True)),
    ("tanh", torch.nn.RNN(FEATURES, UNITS, batch_first=True, bidirectional=True)),
    ("relu", torch.nn.RNN(FEATURES, UNITS, nonlinearity="relu", batch_first=True, bidirectional=True)),
]:
    for parameter, value in layer.named_parameters():
        line(name + "." + parameter, value)
    h = torch.randn(2, BATCH, UNITS)
    line(name + ".h", h)
    c = torch.randn(2, BATCH, UNITS)
    state = h
    if name == "lstm":
        line(name + ".c", c)
        state = (h, c)
    y, last = layer(x, state)
    line(name + ".y", y)
    if name == "lstm":
        line(name + ".last_c", last[1])
