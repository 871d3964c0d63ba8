"""Golden vectors of the quantization schemes, forward and backward, made with PyTorch autograd.

Written from the papers' equations, without any code of this project. Run with Debian's python3-torch 1.13.1:

    /usr/bin/python3 layers/src/test/python/schemes.py > layers/src/test/resources/quantizers/schemes.json

All numbers are float64; the seed is 20260.
"""

import json
import math

import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(20260)


class RoundPass(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, g):
        return g


class LsqEquations(torch.autograd.Function):
    """LSQ, eq. 1 to 3 and 5, with the mask strict at the clip edges."""

    @staticmethod
    def forward(ctx, v, s, qn, qp, count):
        ctx.save_for_backward(v, s)
        ctx.qn, ctx.qp, ctx.count = qn, qp, count
        return torch.round(torch.clamp(v / s, -qn, qp)) * s

    @staticmethod
    def backward(ctx, g):
        v, s = ctx.saved_tensors
        u = v / s
        inside = (u > -ctx.qn) & (u < ctx.qp)
        slope = torch.where(u <= -ctx.qn, torch.full_like(u, -ctx.qn), torch.full_like(u, ctx.qp))
        slope = torch.where(inside, torch.round(u) - u, slope)
        gs = slope * g / math.sqrt(ctx.count * ctx.qp)
        gs = gs.sum(dim=1, keepdim=True) if s.dim() == 2 else gs.sum()
        return g * inside, gs, None, None, None


def lsq_pseudocode(v, s, qn, qp, count):
    """The paper's appendix A by plain autograd: equal off the edges."""
    factor = 1 / math.sqrt(count * qp)
    s = s * factor + (s - s * factor).detach()
    return RoundPass.apply(torch.clamp(v / s, -qn, qp)) * s


def binary(w):
    """XNOR-Net: sign(0) = 1; dC/dW = dC/dW~ (1/n + alpha 1[|w| <= 1])."""

    class Xnor(torch.autograd.Function):
        @staticmethod
        def forward(ctx, w):
            ctx.save_for_backward(w)
            return torch.where(w >= 0, 1.0, -1.0) * w.abs().mean(dim=1, keepdim=True)

        @staticmethod
        def backward(ctx, g):
            (w,) = ctx.saved_tensors
            alpha = w.abs().mean(dim=1, keepdim=True)
            return g * (1 / w.shape[1] + alpha * (w.abs() <= 1))

    return Xnor.apply(w)


def ternary(w):
    """TWN, eq. 4 to 6, straight through."""
    delta = 0.7 * w.abs().mean(dim=1, keepdim=True)
    keep = w.abs() > delta
    alpha = (w.abs() * keep).sum(dim=1, keepdim=True) / keep.sum(dim=1, keepdim=True)
    return w + (torch.sign(w) * keep * alpha - w).detach()


def dorefa(w, bits):
    if bits == 1:
        return w + (torch.where(w >= 0, 1.0, -1.0) * w.abs().mean() - w).detach()
    t = torch.tanh(w)
    x = t / (2 * t.abs().max()) + 0.5
    n = 2**bits - 1
    return 2 * RoundPass.apply(x * n) / n - 1


def uniform(w, bits):
    q = 2 ** (bits - 1) - 1
    s = (w.abs().amax(dim=1, keepdim=True) / q).detach()
    return RoundPass.apply(w / s) * s


def affine(w, bits):
    q = 2 ** (bits - 1) - 1
    low = torch.clamp(w.amin(dim=1, keepdim=True), max=0).detach()
    high = torch.clamp(w.amax(dim=1, keepdim=True), min=0).detach()
    s = (high - low) / (2 * q)
    zero = torch.round(-q - low / s)
    codes = torch.clamp(torch.round(w / s) + zero, -q, q)
    return w + ((codes - zero) * s - w).detach()


def mean_std(w, bits, k):
    q = 2 ** (bits - 1) - 1
    mean, std = w.mean(dim=1, keepdim=True), w.std(dim=1, keepdim=True, unbiased=False)
    low = torch.maximum(w.amin(dim=1, keepdim=True), mean - k * std)
    high = torch.minimum(w.amax(dim=1, keepdim=True), mean + k * std)
    s = (torch.maximum(low.abs(), high.abs()) / q).detach()
    return RoundPass.apply(torch.clamp(w / s, -q, q)) * s


def power_of_two(w, bits):
    exponents = 2 ** (bits - 1) - 1
    levels = torch.tensor([0.0] + [2.0**e for e in range(exponents)])
    s = w.abs().amax(dim=1, keepdim=True) / levels[-1]
    u = (w / s).abs().unsqueeze(-1)
    nearest = levels[(u - levels).abs().argmin(dim=-1)]
    return w + (torch.sign(w) * nearest * s - w).detach()


def pact(x, alpha, bits):
    """PACT, eq. 1 to 3: y = (|x| - |x - a| + a) / 2, then quantized, straight through."""

    class Pact(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, a):
            ctx.save_for_backward(x, a)
            n = 2**bits - 1
            y = torch.clamp(x, min=0)
            y = torch.minimum(y, a)
            return torch.round(y * n / a) * a / n

        @staticmethod
        def backward(ctx, g):
            x, a = ctx.saved_tensors
            return g * ((x >= 0) & (x < a)), (g * (x >= a)).sum()

    return Pact.apply(x, alpha)


def lsq_plus(x, s, beta, bits, count):
    """LSQ+, eq. 2, 4 and 5, with the offset snapped to the grid so that 0 is a code; ties go to even multiples of s."""
    n = 2**bits - 1

    class LsqPlus(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, s, beta):
            b = torch.round(beta / s) * s
            ctx.save_for_backward(x, s, b)
            return torch.clamp(torch.round(x / s) - torch.round(b / s), 0, n) * s + b

        @staticmethod
        def backward(ctx, g):
            x, s, b = ctx.saved_tensors
            u = (x - b) / s
            inside = (u > 0) & (u < n)
            slope = torch.where(u <= 0, torch.zeros_like(u), torch.full_like(u, n))
            slope = torch.where(inside, torch.round(x / s) - x / s, slope)
            scale = 1 / math.sqrt(count * n)
            return g * inside, (g * slope).sum() * scale, (g * ~inside).sum() * scale

    return LsqPlus.apply(x, s, beta)


def run(function, inputs):
    leaves = [i.clone().requires_grad_() for i in inputs]
    out = function(*leaves)
    g = torch.randn(out.shape)
    out.backward(g)
    return {
        "inputs": [i.tolist() for i in inputs],
        "output": out.detach().tolist(),
        "upstream": g.tolist(),
        "gradients": [leaf.grad.tolist() for leaf in leaves],
    }


cases = {}
weights = torch.randn(4, 9) * 0.4
weights[3] = torch.tensor([0.0, -0.0, 1.0, -1.0, 1.5, -0.25, 0.7, -1.2, 0.05])

cases["binary"] = run(binary, [weights])
cases["ternary"] = run(ternary, [weights])
for bits in (1, 2, 4, 7):
    cases[f"dorefa{bits}"] = run(lambda w, b=bits: dorefa(w, b), [weights.reshape(1, -1)])
for bits in (2, 4, 8):
    cases[f"uniform{bits}"] = run(lambda w, b=bits: uniform(w, b), [weights])
cases["affine4"] = run(lambda w: affine(w, 4), [weights])
cases["meanStd4"] = run(lambda w: mean_std(w, 4, 1.5), [weights])
cases["powerOfTwo3"] = run(lambda w: power_of_two(w, 3), [weights])
cases["powerOfTwo4"] = run(lambda w: power_of_two(w, 4), [weights])
step = torch.tensor([[0.25], [0.1], [0.5], [0.25]])  # The last row has values on the clip edge.
for bits in (2, 3, 8):
    q = 2 ** (bits - 1) - 1
    case = run(lambda w, s, q=q: LsqEquations.apply(w, s, q, q, 9), [weights, step])
    cases[f"lsqWeights{bits}"] = case
    w, s = weights[:3].clone().requires_grad_(), step[:3].clone().requires_grad_()
    lsq_pseudocode(w, s, q, q, 9).backward(torch.tensor(case["upstream"])[:3])
    assert torch.allclose(w.grad, torch.tensor(case["gradients"][0])[:3])
    assert torch.allclose(s.grad, torch.tensor(case["gradients"][1])[:3])

values = torch.randn(3, 8)
values[0] = torch.tensor([0.0, -0.0, 1.5, 1.499, 1.501, -1.5, 0.25, 3.0])
relu = torch.relu
for bits in (1, 2, 4):
    cases[f"pact{bits}"] = run(lambda x, a, b=bits: pact(x, a, b), [values, torch.tensor(1.5)])
cases["lsqRelu2"] = run(
    lambda x, s: LsqEquations.apply(relu(x), s, 0, 3, 8), [values, torch.tensor(0.5)]
)
cases["lsqSigned3"] = run(
    lambda x, s: LsqEquations.apply(x, s, 4, 3, 8), [values, torch.tensor(0.5)]
)
cases["lsqPlus3"] = run(
    lambda x, s, b: lsq_plus(x, s, b, 3, 8), [values, torch.tensor(0.5), torch.tensor(-1.4)]
)
# What the activation function clips is inside where the codes reach further.
values = values.clone()
values[1, :4] = torch.tensor([6.0, 5.99, 6.2, 8.0])
cases["lsqRelu6"] = run(
    lambda x, s: LsqEquations.apply(torch.nn.functional.relu6(x), s, 0, 7, 8),
    [values, torch.tensor(0.95)],
)
cases["lsqPlusRelu3"] = run(
    lambda x, s, b: lsq_plus(relu(x), s, b, 3, 8),
    [values, torch.tensor(0.5), torch.tensor(-1.4)],
)

print(
    json.dumps(
        {
            "tool": f"PyTorch {torch.__version__}",
            "command": "/usr/bin/python3 layers/src/test/python/schemes.py",
            "seed": 20260,
            "cases": cases,
        },
        indent=1,
    )
)
