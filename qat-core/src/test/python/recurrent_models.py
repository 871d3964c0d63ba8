#!/usr/bin/env python3
"""Writes the dynamically quantized models in ../resources/onnx: the nodes that ONNX Runtime's quantize_dynamic writes,
with the onnx package.

Made with Debian's python3-onnx 1.12.0 and numpy, seeds below:  python3 recurrent_models.py
The bytes depend on the version of protobuf; the contents do not.
"""
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "resources", "onnx")
MICROSOFT = "com.microsoft"


class Model:
    """A graph under construction."""

    def __init__(self, name, seed):
        self.name = name
        self.random = np.random.RandomState(seed)
        self.nodes, self.constants = [], []

    def constant(self, name, array):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, op, inputs, outputs, **attributes):
        outputs = [outputs] if isinstance(outputs, str) else outputs
        self.nodes.append(helper.make_node(op, inputs, outputs, name=op + "_" + outputs[0], **attributes))
        return outputs[0]

    def reals(self, *shape):
        return (self.random.randn(*shape) * 0.4).astype(np.float32)

    def signed(self, name, weights, axis):
        """int8 weights with a scale for each index of an axis, or one (axis None); names of codes, scales, zero points."""
        others = None if axis is None else tuple(i for i in range(weights.ndim) if i != axis)
        scales = (np.abs(weights).max(axis=others, keepdims=axis is not None) / 127).astype(np.float32)
        codes = np.clip(np.rint(weights / scales), -127, 127).astype(np.int8)
        scales = scales.reshape(-1) if axis is not None else scales
        return codes, scales, np.zeros(scales.shape, np.int8)

    def unsigned(self, weights):
        """uint8 weights with one scale and zero point."""
        low, high = min(0.0, float(weights.min())), max(0.0, float(weights.max()))
        scale = np.float32((high - low) / 255)
        zero = np.uint8(np.rint(-low / scale))
        codes = np.clip(np.rint(weights / scale) + zero, 0, 255).astype(np.uint8)
        return codes, np.array(scale, np.float32), np.array(zero, np.uint8)

    def dense(self, x, name, inputs, outputs, kind):
        """A MatMul as the quantizer leaves it, in its own nodes, in standard ones, per tensor or per output."""
        weights, bias = self.reals(inputs, outputs), self.constant(name + "_b", self.reals(outputs))
        codes, scale, zero = self.signed(name, weights, 1) if kind == "channels" else self.unsigned(weights)
        w = [self.constant(name + s, a) for s, a in (("_q", codes), ("_s", scale), ("_z", zero))]
        if kind == "fused":
            return self.node("DynamicQuantizeMatMul", [x, w[0], w[1], w[2], bias], name, domain=MICROSOFT)
        self.node("DynamicQuantizeLinear", [x], [name + "_x", name + "_xs", name + "_xz"])
        self.node("MatMulInteger", [name + "_x", w[0], name + "_xz", w[2]], name + "_sums")
        self.node("Cast", [name + "_sums"], name + "_reals", to=TensorProto.FLOAT)
        self.node("Mul", [name + "_xs", w[1]], name + "_scale")
        self.node("Mul", [name + "_reals", name + "_scale"], name + "_product")
        return self.node("Add", [bias, name + "_product"], name)

    def lstm(self, x, name, inputs, units, directions, channels):
        """A DynamicQuantizeLSTM of time-first x."""
        parts = []
        for letter, columns in (("W", inputs), ("R", units)):
            whole = [self.signed(name, self.reals(4 * units, columns), 0 if channels else None) for _ in range(directions)]
            codes = np.stack([codes.T for codes, _, _ in whole])
            scales, zeros = (np.stack([np.atleast_1d(p[i]) for p in whole]) for i in (1, 2))
            shape = (directions, 4 * units) if channels else (directions,)
            parts.append([
                self.constant(name + "_" + letter, codes),
                self.constant(name + "_" + letter + "_s", scales.reshape(shape)),
                self.constant(name + "_" + letter + "_z", zeros.reshape(shape)),
            ])
        (w, ws, wz), (r, rs, rz) = parts
        bias = self.constant(name + "_B", self.reals(directions, 8 * units))
        self.node(
            "DynamicQuantizeLSTM", [x, w, r, bias, "", "", "", "", ws, wz, rs, rz], [name + "_Y", name + "_h", name + "_c"],
            hidden_size=units, direction="bidirectional" if directions == 2 else "forward", domain=MICROSOFT)
        return name + "_Y"

    def save(self, inputs, outputs):
        graph = helper.make_graph(
            self.nodes,
            self.name,
            [helper.make_tensor_value_info(n, t, s) for n, t, s in inputs],
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in outputs],
            self.constants,
        )
        opsets = [helper.make_opsetid("", 13), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="onnx-python")
        model.ir_version = 8
        onnx.save(model, os.path.join(FOLDER, self.name + ".onnx"))


def dense():
    """Dense layers per tensor, per output and in one node."""
    m = Model("dynamic_dense", 1)
    x = m.node("Relu", [m.dense("x", "first", 6, 8, "tensor")], "r")
    x = m.dense(m.dense(x, "second", 8, 7, "channels"), "third", 7, 4, "fused")
    m.node("Softmax", [x], "y", axis=-1)
    m.save([("x", TensorProto.FLOAT, ["batch", 6])], [("y", ["batch", 4])])


def words():
    """Words, an LSTM in both directions and one forwards, a decoder; as PyTorch exports them with the batch first."""
    m = Model("dynamic_words", 2)
    codes, scale, zero = m.unsigned(m.reals(19, 5))
    table = [m.constant("table" + s, a) for s, a in (("_q", codes), ("_s", scale), ("_z", zero))]
    rows = m.node("DequantizeLinear", [m.node("Gather", [table[0], "words"], "rows_q"), table[1], table[2]], "rows")
    x = m.node("Transpose", [rows], "time_first", perm=[1, 0, 2])
    x = m.node("Transpose", [m.lstm(x, "both", 5, 6, 2, True)], "turned", perm=[0, 2, 1, 3])
    x = m.node("Reshape", [x, m.constant("joined", np.array([0, 0, -1], np.int64))], "joined_both")
    x = m.lstm(x, "one", 12, 7, 1, False)
    x = m.node("Squeeze", [x, m.constant("direction", np.array([1], np.int64))], "one_time_first")
    x = m.node("Transpose", [x], "batch_first", perm=[1, 0, 2])
    m.dense(x, "scores", 7, 19, "fused")
    m.save([("words", TensorProto.INT64, ["batch", "time"])], [("scores", ["batch", "time", 19])])


def mixed():
    """A float LSTM that runs backwards from zeros that the file computes, peepholes included, and dense layers on its last state."""
    m = Model("float_lstm", 3)
    units = 5
    sizes = m.node("Shape", ["x"], "sizes")
    batch = m.node("Gather", [sizes, m.constant("zero", np.array([0], np.int64))], "batch_size", axis=0)
    shape = [m.constant("ones", np.array([1], np.int64)), batch, m.constant("units", np.array([units], np.int64))]
    zeros = m.node("ConstantOfShape", [m.node("Concat", shape, "state_sizes", axis=0)], "zeros")
    x = m.node("Transpose", ["x"], "time_first", perm=[1, 0, 2])
    weights = [("W", (1, 4 * units, 3)), ("R", (1, 4 * units, units)), ("B", (1, 8 * units)), ("P", (1, 3 * units))]
    w, r, b, p = (m.constant(name, m.reals(*sizes)) for name, sizes in weights)
    m.node("LSTM", [x, w, r, b, "", zeros, zeros, p], ["results", "last_h", "last_c"], hidden_size=units, direction="reverse")
    first = m.constant("first", np.array([0], np.int64))
    last = m.node("Squeeze", ["last_h", first], "last")
    cells = m.node("Squeeze", ["last_c", first], "cells")
    m.dense(m.node("Concat", [last, cells], "state", axis=1), "y", 2 * units, 4, "channels")
    m.save([("x", TensorProto.FLOAT, ["batch", "time", 3])], [("y", ["batch", 4])])


if __name__ == "__main__":
    os.makedirs(FOLDER, exist_ok=True)
    dense()
    words()
    mixed()
