package org.qat4j.benchmarks.pytorch;

import org.bytedeco.pytorch.Tensor;

/** A network from images to logits. */
@FunctionalInterface
interface TorchNetwork {
  Tensor forward(Tensor images);
}
