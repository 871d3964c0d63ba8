package org.qat4j.benchmarks.pytorch;

import static org.bytedeco.pytorch.global.torch.fbgemm_linear_int8_weight_fp32_activation;
import static org.bytedeco.pytorch.global.torch.fbgemm_linear_quantize_weight;
import static org.bytedeco.pytorch.global.torch.fbgemm_pack_quantized_matrix;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorDoubleLong_T;
import org.bytedeco.pytorch.Tensor;

/** As PyTorch's dynamic quantization computes it: int8 weights of one scale, uint8 activations. */
final class QuantizedProduct implements TorchProduct {
  /** Owns the memory of what it holds. */
  private final T_TensorTensorDoubleLong_T quantized;

  private final Tensor weights;
  private final Tensor packed;
  private final Tensor columnOffsets;
  private final Scalar scale;
  private final Scalar zeroPoint;
  private final Tensor bias;

  /**
   * @param rows {@code [outputs, inputs]}
   */
  QuantizedProduct(Tensor rows, Tensor bias) {
    quantized = fbgemm_linear_quantize_weight(rows);
    weights = quantized.get0();
    columnOffsets = quantized.get1();
    scale = new Scalar(quantized.get2());
    zeroPoint = new Scalar(quantized.get3());
    packed = fbgemm_pack_quantized_matrix(weights);
    this.bias = bias;
  }

  @Override
  public Tensor of(Tensor x) {
    return fbgemm_linear_int8_weight_fp32_activation(
        x, weights, packed, columnOffsets, scale, zeroPoint, bias);
  }
}
