#!/usr/bin/env python3
"""Writes quantized models that PyTorch exports into ../resources/onnx, with the habits of its users in them.

Made with Debian 12's Python 3.11.2, torch 1.13.0 (python3-torch) and onnx 1.12.0 (python3-onnx):
    /usr/bin/python3 torch_models.py
torch_view      normalization by Sub and Div in front, a 1x1 convolution with padding 1, view(size(0), -1)
torch_bytes     uint8 input, scaled in front
torch_resize    enlargement to the sizes of another tensor
torch_external  the first again, its data in torch_external.bin
"""
import os

import onnx
import torch
from torch import nn
from torch.nn import functional as F

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "resources", "onnx")


def codes(x, scale, zero_point):
    """uint8 codes and back: exported as QuantizeLinear and DequantizeLinear."""
    return torch.fake_quantize_per_tensor_affine(x, scale, zero_point, 0, 255)


def with_scales(layer):
    """Scales are chosen before the export, which would write their computation into the file."""
    layer.register_buffer("scales", layer.weight.detach().abs().flatten(1).max(1).values / 127)
    return layer


def weights(layer):
    """int8 codes with a scale for each output."""
    zeros = torch.zeros(len(layer.scales), dtype=torch.int32)
    return torch.fake_quantize_per_channel_affine(layer.weight, layer.scales, zeros, 0, -128, 127)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = with_scales(nn.Conv2d(3, 5, 1, padding=1))
        self.deep = with_scales(nn.Conv2d(5, 6, 3, stride=2))
        self.linear = with_scales(nn.Linear(6 * 4 * 4, 7))
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))

    def features(self, x):
        x = codes(x, 0.0187, 114)
        x = codes(F.relu(F.conv2d(x, weights(self.conv), self.conv.bias, padding=1)), 0.0113, 0)
        return codes(F.conv2d(x, weights(self.deep), self.deep.bias, stride=2), 0.0093, 131)

    def head(self, x):
        return F.linear(codes(x, 0.0093, 131), weights(self.linear), self.linear.bias)


class View(Net):
    def forward(self, image):
        x = self.features((image - self.mean) / self.std)
        return self.head(x.view(x.size(0), -1))


class Bytes(Net):
    def forward(self, image):
        x = self.features((image.float() * (1 / 255) - self.mean) / self.std)
        return self.head(x.view(x.size(0), x.size(1) * x.size(2) * x.size(3)))


class Resize(Net):
    def forward(self, image):
        first = codes(F.conv2d(codes(image, 0.0041, 0), weights(self.conv), self.conv.bias), 0.0087, 120)
        small = codes(F.max_pool2d(first, 2), 0.0087, 120)
        large = codes(F.interpolate(small, size=first.shape[2:]), 0.0087, 120)
        x = codes(first + large, 0.0171, 117)
        return codes(F.conv2d(x, weights(self.deep), self.deep.bias, stride=2), 0.0093, 131)


def export(net, image, name, **options):
    path = os.path.join(FOLDER, name + ".onnx")
    axes = {"image": {0: "batch"}, "result": {0: "batch"}}
    torch.onnx.export(
        net.eval(), image, path, opset_version=13, input_names=["image"], output_names=["result"], dynamic_axes=axes
    )
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    print(name, [node.op_type for node in model.graph.node])
    if options:
        onnx.save_model(model, path, **options)


if __name__ == "__main__":
    image = torch.rand(2, 3, 8, 8)
    for seed, (name, net, x) in enumerate(
        [
            ("torch_view", View, image),
            ("torch_bytes", Bytes, (image * 255).to(torch.uint8)),
            ("torch_resize", Resize, image),
        ]
    ):
        torch.manual_seed(seed)
        export(net(), x, name)
    torch.manual_seed(0)
    export(
        View(),
        image,
        "torch_external",
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location="torch_external.bin",
        size_threshold=0,
    )
