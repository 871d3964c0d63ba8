package org.qat4j.runtime.onednn;

import org.bytedeco.javacpp.BytePointer;
import org.qat4j.graph.Clip;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Tensor;
import org.qat4j.runtime.Binding;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.NativeScope;
import org.qat4j.runtime.Step;

/** Dense layer of dynamic codes, of features or of each step: one product for the whole batch. */
final class DynamicDenseOneDnn implements Kernel {
  private final Tensor from;
  private final Tensor to;
  private final Clip clip;
  private final DynamicProduct product;

  DynamicDenseOneDnn(LinearOp.Dense dense, Tensor from, Tensor to) {
    this.from = from;
    this.to = to;
    this.clip = dense.clip();
    this.product = new DynamicProduct(dense.coefficients().dynamicCodes());
  }

  @Override
  public String name() {
    return "dynamic-matmul";
  }

  @Override
  public Step bind(Binding binding) {
    return NativeScope.filled(scope -> bind(scope, binding.buffer(from), binding.buffer(to)));
  }

  /** Sums take the place of the results, row by row, where they need no more room. */
  private Step bind(NativeScope scope, Buffer input, Buffer output) {
    int rows = output.elements() / product.outputs();
    BytePointer sums =
        product.sumsFitResults() ? output.pointer() : scope.allocate(product.sumBytes(rows));
    return new Rows(scope, product.bind(scope, input.pointer(), rows, sums), input, output);
  }

  /** Runs the product, and finishes it row by row. */
  private final class Rows implements Step {
    private final NativeScope scope;
    private final DynamicProduct.Bound bound;
    private final Buffer input;
    private final Buffer output;

    Rows(NativeScope scope, DynamicProduct.Bound bound, Buffer input, Buffer output) {
      this.scope = scope;
      this.bound = bound;
      this.input = input;
      this.output = output;
    }

    @Override
    public void run() {
      bound.run();
      int steps = output.shape().height();
      for (int n = 0; n < output.batch(); n++) {
        float scale = input.scale(n);
        int zero = input.zeroPoint(n);
        for (int row = n * steps; row < (n + 1) * steps; row++) {
          float[] finished = bound.finished(row, scale, zero);
          for (int o = 0; !clip.equals(Clip.NONE) && o < finished.length; o++) {
            finished[o] = clip.apply(finished[o]);
          }
          output.reals().put(row * finished.length, finished);
        }
      }
    }

    @Override
    public String implementation() {
      return bound.implementation();
    }

    @Override
    public void close() {
      scope.close();
    }
  }

  @Override
  public void close() {
    product.close();
  }
}
