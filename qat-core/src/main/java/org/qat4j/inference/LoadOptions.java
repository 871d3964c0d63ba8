package org.qat4j.inference;

/**
 * What a model file may hold.
 *
 * @param allowFloat whether nodes between the first QuantizeLinear and the last DequantizeLinear
 *     that cannot run in integers may run in float32. {@link InferenceSession#plan()} lists them.
 *     What can run in integers does so in any case.
 */
public record LoadOptions(boolean allowFloat) {
  /** Everything between the first QuantizeLinear and the last DequantizeLinear in integers. */
  public static final LoadOptions STRICT = new LoadOptions(false);

  /** Float islands where there is no other way. */
  public static final LoadOptions ALLOW_FLOAT = new LoadOptions(true);
}
