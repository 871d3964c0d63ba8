package org.qat4j.cli.data;

/** Arrays of real numbers of one shape, one for each input. Immutable. */
public final class Rows implements Inputs {
  private final int count;
  private final int[] shape;
  private final float[] values;

  /**
   * @param shape of one
   * @param values float32, {@code count} arrays one after another, as the network takes them; not
   *     copied, so the caller gives them away
   * @throws IllegalArgumentException if there are others than these
   */
  public Rows(int count, int[] shape, float[] values) {
    this.count = count;
    this.shape = shape.clone();
    this.values = values;
    if (values.length != (long) count * size()) {
      throw new IllegalArgumentException(
          values.length + " numbers for " + count + " inputs of " + size());
    }
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public int[] shape() {
    return shape.clone();
  }

  @Override
  public void copyScaled(int index, float[] target, int offset) {
    int size = values.length / count;
    System.arraycopy(values, index * size, target, offset, size);
  }

  @Override
  public Rows chosen(int[] indices) {
    float[] some = new float[Math.multiplyExact(indices.length, size())];
    for (int i = 0; i < indices.length; i++) {
      copyScaled(indices[i], some, i * size());
    }
    return new Rows(indices.length, shape, some);
  }
}
