package org.qat4j.benchmarks.pytorch;

import org.bytedeco.pytorch.Tensor;

/** Products with constant weights, and a bias. */
interface TorchProduct {
  /**
   * The product.
   *
   * @param x {@code [..., inputs]}
   * @return {@code [..., outputs]}
   */
  Tensor of(Tensor x);
}
