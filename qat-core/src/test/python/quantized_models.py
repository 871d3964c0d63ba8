#!/usr/bin/env python3
"""Writes the quantized models in ../resources/onnx with the onnx package, another implementation of the format.

Made with Debian's python3-onnx 1.12.0 and numpy, seeds below:  python3 quantized_models.py
The bytes depend on the version of protobuf; the contents do not.
"""
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "resources", "onnx")


class Model:
    """A graph under construction. Constants are stored as bytes or, where raw is False, as lists of numbers."""

    def __init__(self, name, seed, activation, raw):
        self.name, self.activation, self.raw = name, activation, raw
        self.random = np.random.RandomState(seed)
        self.nodes, self.constants = [], []

    def constant(self, name, array):
        if self.raw:
            tensor = numpy_helper.from_array(array, name)
        else:
            kind = onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[array.dtype]
            tensor = helper.make_tensor(name, kind, array.shape, array.flatten().tolist())
        self.constants.append(tensor)
        return name

    def node(self, op, inputs, output, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [output], name=op + "_" + output, **attributes))
        return output

    def pair(self, real, scale, zero_point):
        """QuantizeLinear and DequantizeLinear; returns the dequantized tensor."""
        parameters = [
            self.constant(real + "_scale", np.array(scale, np.float32)),
            self.constant(real + "_zero_point", np.array(zero_point, self.activation)),
        ]
        codes = self.node("QuantizeLinear", [real] + parameters, real + "_codes")
        return self.node("DequantizeLinear", [codes] + parameters, real + "_dequantized")

    def weights(self, name, shape, spread, input_scale):
        """int8 weights with a scale per output and an int32 bias; returns both dequantized."""
        codes = self.random.randint(-127, 128, shape).astype(np.int8)
        scales = (spread * (0.5 + self.random.rand(shape[0]))).astype(np.float32)
        bias = self.random.randint(-2000, 2001, shape[0]).astype(np.int32)
        weight = [
            self.constant(name + "_w", codes),
            self.constant(name + "_w_scale", scales),
            self.constant(name + "_w_zero_point", np.zeros(shape[0], np.int8)),
        ]
        offset = [
            self.constant(name + "_b", bias),
            self.constant(name + "_b_scale", scales * np.float32(input_scale)),
            self.constant(name + "_b_zero_point", np.zeros(shape[0], np.int32)),
        ]
        return [
            self.node("DequantizeLinear", weight, name + "_weight", axis=0),
            self.node("DequantizeLinear", offset, name + "_bias", axis=0),
        ]

    def save(self, inputs, outputs):
        shape = lambda sizes: ["batch"] + list(sizes)
        graph = helper.make_graph(
            self.nodes,
            self.name,
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape(s)) for n, s in inputs],
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape(s)) for n, s in outputs],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="onnx-python")
        model.ir_version = 8
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, os.path.join(FOLDER, self.name + ".onnx"))


def lenet():
    """Unsigned activations, float logits behind the last layer, softmax."""
    m = Model("lenet", 1, np.uint8, True)
    x = m.pair("image", 1 / 255, 0)
    m.node("Conv", [x] + m.weights("conv", (4, 1, 3, 3), 0.004, 1 / 255), "c", pads=[1, 1, 1, 1])
    x = m.pair(m.node("Relu", ["c"], "r"), 0.0071, 0)
    x = m.pair(m.node("MaxPool", [x], "p", kernel_shape=[2, 2], strides=[2, 2]), 0.0071, 0)
    x = m.pair(m.node("Flatten", [x], "f", axis=1), 0.0071, 0)
    m.node("Gemm", [x] + m.weights("hidden", (12, 64), 0.003, 0.0071), "g", transB=1)
    x = m.pair(m.node("Relu", ["g"], "h"), 0.0173, 0)
    m.node("Gemm", [x] + m.weights("logits", (5, 12), 0.004, 0.0173), "z", transB=1)
    m.node("Softmax", ["z"], "probabilities", axis=1)
    m.save([("image", (1, 8, 8))], [("probabilities", (5,))])


def residual():
    """Signed activations, a residual block, global pooling, quantized logits; constants stored as lists."""
    m = Model("residual", 2, np.int8, False)
    x = m.pair("image", 0.0157, 0)
    m.node("Conv", [x] + m.weights("stem", (4, 3, 3, 3), 0.002, 0.0157), "s", pads=[1, 1, 1, 1], strides=[2, 2])
    x = m.pair(m.node("Relu", ["s"], "sr"), 0.0113, -128)
    m.node("Conv", [x] + m.weights("block", (4, 4, 3, 3), 0.002, 0.0113), "b", pads=[1, 1, 1, 1])
    y = m.pair("b", 0.0311, 0)
    m.node("Add", [y, x], "a")
    x = m.pair(m.node("Relu", ["a"], "ar"), 0.0207, -128)
    x = m.pair(m.node("GlobalAveragePool", [x], "g"), 0.0129, -128)
    x = m.pair(m.node("Flatten", [x], "f", axis=1), 0.0129, -128)
    m.node("Gemm", [x] + m.weights("logits", (5, 4), 0.005, 0.0129), "z", transB=1)
    m.pair("z", 0.0173, 3)
    m.save([("image", (3, 8, 8))], [("z_dequantized", (5,))])


if __name__ == "__main__":
    os.makedirs(FOLDER, exist_ok=True)
    lenet()
    residual()
