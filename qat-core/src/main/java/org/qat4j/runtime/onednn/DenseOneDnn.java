package org.qat4j.runtime.onednn;

import java.nio.ByteBuffer;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Weights;
import org.qat4j.runtime.Binding;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.ConvolutionView;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.NativeScope;
import org.qat4j.runtime.Step;

/**
 * Dense layer as a matrix product of 8-bit codes. The weights' rows are brought into the order in
 * which an image lies in memory, so that flattening moves no data.
 */
final class DenseOneDnn implements Kernel {
  private final ConvolutionView layer;
  private final Epilogue epilogue;
  private final PackedWeights weights;
  private final int features;
  private final int outputs;

  DenseOneDnn(ConvolutionView layer) {
    this.layer = layer;
    this.epilogue = new Epilogue(layer);
    this.features = layer.weights().fanIn();
    this.outputs = layer.weights().outChannels();
    this.weights =
        new PackedWeights(
            scope ->
                Memories.filled(
                    scope,
                    new long[] {features, outputs},
                    memory.data_type.s8,
                    memory.format_tag.ba,
                    to -> putNhwc(layer.weights(), layer.image(), to)));
  }

  /** {@code [outputs, height, width, channels]}. */
  private static void putNhwc(Weights weights, Shape image, ByteBuffer to) {
    int channels = image.channels();
    int pixels = image.height() * image.width();
    ByteBuffer codes = weights.bytesOihw();
    byte[] oihw = new byte[weights.fanIn()];
    byte[] ohwi = new byte[weights.fanIn()];
    while (codes.hasRemaining()) {
      codes.get(oihw);
      for (int pixel = 0; pixel < pixels; pixel++) {
        for (int c = 0; c < channels; c++) {
          ohwi[pixel * channels + c] = oihw[c * pixels + pixel];
        }
      }
      to.put(ohwi);
    }
  }

  @Override
  public String name() {
    return "matmul";
  }

  @Override
  public Step bind(Binding binding) {
    return NativeScope.filled(scope -> bind(scope, binding));
  }

  private Step bind(NativeScope scope, Binding binding) {
    Buffer input = binding.buffer(layer.input());
    Buffer output = binding.buffer(layer.output());
    memory.format_tag rows = memory.format_tag.ab;
    memory.desc source =
        Memories.desc(
            scope, new long[] {binding.batch(), features}, Memories.type(input.type()), rows);
    memory.desc packed =
        Memories.desc(
            scope, new long[] {features, outputs}, memory.data_type.s8, memory.format_tag.any);
    memory.desc result =
        Memories.desc(
            scope, new long[] {binding.batch(), outputs}, Memories.type(output.type()), rows);
    memory bias = Memories.floats(scope, new long[] {1, outputs}, rows, epilogue.offsets());
    memory scales = Memories.floats(scope, epilogue.multipliers());
    matmul.primitive_desc description =
        scope.own(
            new matmul.primitive_desc(
                OneDnn.cpu(),
                source,
                packed,
                scope.own(bias.get_desc()),
                result,
                epilogue.attributes(scope, 2),
                false));
    Primitive.Builder builder =
        new Primitive.Builder(scope, description, scope.own(new matmul(description)))
            .argument(dnnl.DNNL_ARG_SRC, Memories.of(scope, source, input))
            .argument(dnnl.DNNL_ARG_WEIGHTS, weights.as(scope.own(description.weights_desc())))
            .argument(dnnl.DNNL_ARG_DST, Memories.of(scope, result, output));
    epilogue.addArguments(scope, builder, scales, bias);
    return new NativeStep(scope, builder.build());
  }

  @Override
  public void close() {
    weights.close();
  }
}
