package org.qat4j.runtime;

import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;

/**
 * The order in which the elements of a batch lie in memory. There may be more room than elements:
 * what the rest holds is undefined, and no result may depend on it. Two layouts of the same order
 * are equal.
 */
public interface Layout {
  /** {@code [batch, channels, height, width]}, nothing between the elements. */
  Layout NCHW = PlainLayout.NCHW;

  /** {@code [batch, height, width, channels]}, nothing between the elements. */
  Layout NHWC = PlainLayout.NHWC;

  /** Short lower-case name for plans, for example {@code nchw16c}. */
  String label();

  /** How many elements there is room for. */
  long room(Shape shape, int batch);

  /** Position of an element, in elements. */
  int index(Shape shape, int image, int channel, int y, int x);

  /** As kernels have it unless they offer another: codes lie NHWC, real numbers NCHW. */
  static Layout plain(Tensor tensor) {
    return tensor.isCodes() ? NHWC : NCHW;
  }
}
