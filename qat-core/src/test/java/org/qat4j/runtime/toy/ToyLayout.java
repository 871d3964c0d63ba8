package org.qat4j.runtime.toy;

import org.qat4j.graph.Shape;
import org.qat4j.runtime.Layout;

/**
 * {@code [batch, channels / block, height, width, block]}: channels in blocks, the last one padded.
 *
 * @param block channels in one
 */
public record ToyLayout(int block) implements Layout {
  @Override
  public String label() {
    return "nchw" + block + "c";
  }

  private int blocks(Shape shape) {
    return (shape.channels() + block - 1) / block;
  }

  @Override
  public long room(Shape shape, int batch) {
    return (long) batch * blocks(shape) * shape.height() * shape.width() * block;
  }

  @Override
  public int index(Shape shape, int image, int channel, int y, int x) {
    int inBlock = channel % block;
    int plane = image * blocks(shape) + channel / block;
    return ((plane * shape.height() + y) * shape.width() + x) * block + inBlock;
  }
}
