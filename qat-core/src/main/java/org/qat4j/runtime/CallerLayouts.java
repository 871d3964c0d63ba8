package org.qat4j.runtime;

import java.util.Objects;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Tensor;

/**
 * How images lie in the arrays and buffers of callers, real numbers and codes alike.
 *
 * @param inputs that callers give
 * @param outputs that they get
 */
public record CallerLayouts(PlainLayout inputs, PlainLayout outputs) {
  /** {@code [batch, channels, height, width]}. */
  public static final CallerLayouts CHANNELS_FIRST =
      new CallerLayouts(PlainLayout.NCHW, PlainLayout.NCHW);

  /** {@code [batch, height, width, channels]}. */
  public static final CallerLayouts CHANNELS_LAST =
      new CallerLayouts(PlainLayout.NHWC, PlainLayout.NHWC);

  public CallerLayouts {
    Objects.requireNonNull(inputs, "inputs");
    Objects.requireNonNull(outputs, "outputs");
  }

  /** Where an input is when a program starts. */
  StoredTensor input(Tensor tensor) {
    return new StoredTensor(tensor, Storage.onHost(tensor, inputs));
  }

  /** Where an output must be when a program ends. */
  StoredTensor output(Tensor tensor) {
    return new StoredTensor(tensor, Storage.onHost(tensor, outputs));
  }

  /** Where what a region reads comes from, as far as it does not depend on other regions. */
  StoredTensor before(Graph graph, Tensor read) {
    return graph.inputs().contains(read) ? input(read) : StoredTensor.plain(read);
  }

  /** Where what a region writes is needed, likewise. */
  StoredTensor after(Graph graph, Tensor written) {
    return graph.isOutput(written) ? output(written) : StoredTensor.plain(written);
  }
}
