package org.qat4j.runtime.onednn;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.BytePointer;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Tensor;
import org.qat4j.runtime.Binding;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.NativeScope;
import org.qat4j.runtime.Step;

/**
 * Dense layer of dynamic codes: one product for the whole batch, or for long sequences one for each
 * image, whose scale oneDNN applies.
 */
final class DynamicDenseOneDnn implements Kernel {
  /** Steps from which on a product for each image pays. */
  private static final int LONG = 8;

  private final Tensor from;
  private final Tensor to;
  private final Clip clip;
  private final Coefficients.OfDynamicCodes layer;
  private final DynamicProduct product;

  DynamicDenseOneDnn(LinearOp.Dense dense, Tensor from, Tensor to) {
    this.from = from;
    this.to = to;
    this.clip = dense.clip();
    this.layer = dense.coefficients().dynamicCodes();
    this.product = new DynamicProduct(layer);
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
    if (product.canFinish() && output.shape().height() >= LONG) {
      return new Images(scope, input, output);
    }
    int rows = output.elements() / product.outputs();
    BytePointer sums =
        product.sumsFitResults() ? output.pointer() : scope.allocate(product.sumBytes(rows));
    return new Rows(scope, product.bind(scope, input.pointer(), rows, sums), input, output);
  }

  /** A product for each image. */
  private final class Images implements Step {
    private final NativeScope scope;
    private final Buffer input;
    private final Primitive[] products;
    private final float[] layerScales;
    private final float[] imageScales;
    private final FloatBuffer scales;
    private final IntBuffer zero;

    Images(NativeScope scope, Buffer input, Buffer output) {
      this.scope = scope;
      this.input = input;
      this.layerScales = layer.weights().scales();
      this.imageScales = new float[layerScales.length];
      BytePointer scaleBytes = scope.allocate((long) layerScales.length * Float.BYTES);
      BytePointer zeroBytes = scope.allocate(Integer.BYTES);
      this.scales = Memories.buffer(scaleBytes).asFloatBuffer();
      this.zero = Memories.buffer(zeroBytes).asIntBuffer();
      memory scaleMemory =
          Memories.of(
              scope,
              Memories.desc(
                  scope,
                  new long[] {layerScales.length},
                  memory.data_type.f32,
                  memory.format_tag.x),
              scaleBytes);
      memory zeroMemory =
          Memories.of(
              scope,
              Memories.desc(scope, new long[] {1}, memory.data_type.s32, memory.format_tag.x),
              zeroBytes);
      long[] row = {1, layerScales.length};
      memory bias = Memories.floats(scope, row, memory.format_tag.ab, layer.bias().values());
      int rows = output.shape().height();
      long read = input.shape().elements();
      long written = (long) output.shape().elements() * Float.BYTES;
      this.products = new Primitive[output.batch()];
      for (int n = 0; n < products.length; n++) {
        BytePointer codes = part(input, n * read, read);
        BytePointer results = part(output, n * written, written);
        products[n] =
            product.finishing(scope, codes, rows, scaleMemory, zeroMemory, bias, clip, results);
      }
    }

    private static BytePointer part(Buffer buffer, long first, long bytes) {
      return buffer.pointer().getPointer(first).limit(bytes).capacity(bytes);
    }

    @Override
    public void run() {
      for (int n = 0; n < products.length; n++) {
        multiply(input.scale(n), layerScales, imageScales);
        scales.put(0, imageScales);
        zero.put(0, input.zeroPoint(n));
        products[n].execute();
      }
    }

    private static void multiply(float scale, float[] scales, float[] products) {
      for (int o = 0; o < scales.length; o++) {
        products[o] = scale * scales[o];
      }
    }

    @Override
    public String implementation() {
      return products[0].implementation();
    }

    @Override
    public void close() {
      scope.close();
    }
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
