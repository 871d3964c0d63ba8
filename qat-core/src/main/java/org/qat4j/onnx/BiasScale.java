package org.qat4j.onnx;

/** The real value of one accumulator unit, which is the scale of a bias in the file. */
public final class BiasScale {
  private BiasScale() {}

  /** The product in float32; where that is no scale, the nearest positive finite number. */
  public static float of(float inputScale, float weightScale) {
    return Math.min(Math.max(inputScale * weightScale, Float.MIN_VALUE), Float.MAX_VALUE);
  }
}
