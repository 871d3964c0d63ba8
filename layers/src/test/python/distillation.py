#!/usr/bin/env python3
"""Writes loss and gradient of distillation, computed by PyTorch, to ../resources/distillation/pytorch.csv.

Made with Debian's python3-torch 1.13.1 (it calls itself 1.13.0a0), float64, seed 20151503:  python3 distillation.py
"""
import os

import torch
import torch.nn.functional as F

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "resources", "distillation", "pytorch.csv")
SEED, BATCH, CLASSES = 20151503, 5, 7
CASES = [(1.0, 0.5), (4.0, 0.7), (20.0, 0.9), (2.0, 1.0), (3.0, 0.0)]


def row(name, tensor):
    return name + "," + ",".join(repr(float(value)) for value in tensor.flatten())


def main():
    torch.manual_seed(SEED)
    lines = ["# PyTorch %s, float64, seed %d, %d examples, %d classes" % (torch.__version__, SEED, BATCH, CLASSES)]
    for temperature, weight in CASES:
        teacher = 4 * torch.randn(BATCH, CLASSES, dtype=torch.float64)
        student = (3 * torch.randn(BATCH, CLASSES, dtype=torch.float64)).requires_grad_()
        classes = torch.randint(CLASSES, (BATCH,))
        hard = F.cross_entropy(student, classes, reduction="none")
        soft = F.kl_div(F.log_softmax(student / temperature, 1), F.softmax(teacher / temperature, 1), reduction="none").sum(1)
        losses = (1 - weight) * hard + weight * temperature ** 2 * soft
        losses.sum().backward()
        lines += [
            row("case", torch.tensor([temperature, weight], dtype=torch.float64)),
            row("labels", F.one_hot(classes, CLASSES)),
            row("teacher", teacher),
            row("student", student),
            row("losses", losses),
            row("gradient", student.grad),
        ]
    with open(FILE, "w") as out:
        out.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
