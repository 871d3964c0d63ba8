package org.qat4j.runtime.onednn;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.BytePointer;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.Weights;
import org.qat4j.runtime.NativeScope;

/**
 * Rows of dynamic codes, each with its own scale and zero point, multiplied with the weights of a
 * dense layer: exact sums of {@code x * w}, then real numbers. The zero point comes out of the sum
 * afterwards, {@code Σ (x - zero) w = Σ x w - zero Σ w}.
 *
 * <p>Sums below 2^24 are exact in float32 too. Others are int32, or where 8-bit products saturate
 * and for weights with zero points the sums of two digits, as in {@link ExactFloatConvOneDnn}.
 */
final class DynamicProduct implements AutoCloseable {
  private static final long EXACT_INTEGERS = 1L << 24;
  private static final int LARGEST_CODE = 255;
  private static final int DIGIT = 16;

  private final Coefficients.OfDynamicCodes layer;
  private final Form form;
  private final PackedWeights[] packed;
  private final float[] scales;
  private final float[] bias;
  private final int[] totals;
  private final float[] realTotals;

  /** What is multiplied. */
  private enum Form {
    /** Bytes, whose sums are exact in float32. */
    BYTES_TO_REALS(memory.data_type.s8, memory.data_type.f32, 1),
    BYTES_TO_INTEGERS(memory.data_type.s8, memory.data_type.s32, 1),
    /** Integers held in float32. */
    REALS(memory.data_type.f32, memory.data_type.f32, 1),
    DIGITS(memory.data_type.f32, memory.data_type.f32, 2);

    private final memory.data_type weights;
    private final memory.data_type sums;
    private final int digits;

    Form(memory.data_type weights, memory.data_type sums, int digits) {
      this.weights = weights;
      this.sums = sums;
      this.digits = digits;
    }

    boolean readsBytes() {
      return this == BYTES_TO_REALS || this == BYTES_TO_INTEGERS;
    }

    /** Whether the one sum is a real number. */
    boolean givesReals() {
      return this == BYTES_TO_REALS || this == REALS;
    }

    /** What stands for {@code w - wZero} in one of the products. */
    int part(int difference, int digit) {
      int high = (int) Math.rint((float) difference / DIGIT);
      return digits == 1 ? difference : digit == 1 ? high : difference - DIGIT * high;
    }
  }

  DynamicProduct(Coefficients.OfDynamicCodes layer) {
    Weights weights = layer.weights();
    this.layer = layer;
    this.form = form(weights).orElseThrow();
    this.scales = weights.scales();
    this.bias = layer.bias().values();
    this.totals = new int[weights.outChannels()];
    this.realTotals = new float[totals.length];
    for (int o = 0; o < totals.length; o++) {
      for (int i = 0; i < weights.fanIn(); i++) {
        totals[o] += weights.code(o, i) - weights.zeroPoint(o);
      }
      realTotals[o] = totals[o];
    }
    this.packed = new PackedWeights[form.digits];
    for (int d = 0; d < packed.length; d++) {
      packed[d] = pack(d);
    }
  }

  /** Whether there is an exact product with such weights. */
  static boolean exists(Weights weights) {
    return weights.isInt8() && form(weights).isPresent();
  }

  private static Optional<Form> form(Weights weights) {
    boolean small = isExact(weights, Form.REALS);
    if (OneDnn.int8Exact() && weights.isSymmetric()) {
      return Optional.of(small ? Form.BYTES_TO_REALS : Form.BYTES_TO_INTEGERS);
    }
    return small
        ? Optional.of(Form.REALS)
        : Optional.of(Form.DIGITS).filter(digits -> isExact(weights, digits));
  }

  private static boolean isExact(Weights weights, Form form) {
    for (int o = 0; o < weights.outChannels(); o++) {
      for (int digit = 0; digit < form.digits; digit++) {
        long sum = 0;
        for (int i = 0; i < weights.fanIn(); i++) {
          sum += Math.abs(form.part(weights.code(o, i) - weights.zeroPoint(o), digit));
        }
        if (sum * LARGEST_CODE >= EXACT_INTEGERS) {
          return false;
        }
      }
    }
    return true;
  }

  private PackedWeights pack(int digit) {
    Weights weights = layer.weights();
    return new PackedWeights(
        scope ->
            Memories.filled(
                scope,
                new long[] {inputs(), outputs()},
                form.weights,
                memory.format_tag.ba,
                to -> {
                  if (form.readsBytes()) {
                    to.put(weights.bytesOihw());
                    return;
                  }
                  FloatBuffer reals = to.asFloatBuffer();
                  for (int o = 0; o < outputs(); o++) {
                    for (int i = 0; i < inputs(); i++) {
                      reals.put(form.part(weights.code(o, i) - weights.zeroPoint(o), digit));
                    }
                  }
                }));
  }

  int inputs() {
    return layer.fanIn();
  }

  int outputs() {
    return layer.outChannels();
  }

  /** Numbers of 4 bytes for the sums of so many rows, see {@link #bind}. */
  long sumBytes(int rows) {
    return (long) form.digits * rows * outputs() * Float.BYTES;
  }

  /** Whether {@link #sumBytes} are those of the results alone, whose memory may serve then. */
  boolean sumsFitResults() {
    return form.digits == 1;
  }

  /**
   * Makes the product ready for fixed memory.
   *
   * @param codes {@code [rows, inputs]}
   * @param sums {@link #sumBytes} of memory
   */
  Bound bind(NativeScope scope, BytePointer codes, int rows, BytePointer sums) {
    return new Bound(scope, codes, rows, sums);
  }

  /** Whether {@link #finishing} computes a product with these weights. */
  boolean canFinish() {
    return form.readsBytes();
  }

  /**
   * A product whose sums oneDNN itself turns into real numbers: for rows of one scale.
   *
   * @param codes {@code [rows, inputs]}
   * @param scales of the outputs, read when it runs
   * @param zero point of the codes, likewise
   * @param bias {@code [1, outputs]}
   * @param results {@code [rows, outputs]}
   */
  Primitive finishing(
      NativeScope scope,
      BytePointer codes,
      int rows,
      memory scales,
      memory zero,
      memory bias,
      Clip clip,
      BytePointer results) {
    memory.format_tag ab = memory.format_tag.ab;
    memory.desc source = Memories.desc(scope, new long[] {rows, inputs()}, memory.data_type.u8, ab);
    memory.desc any =
        Memories.desc(scope, new long[] {inputs(), outputs()}, form.weights, memory.format_tag.any);
    memory.desc result =
        Memories.desc(scope, new long[] {rows, outputs()}, memory.data_type.f32, ab);
    primitive_attr attributes = scope.own(new primitive_attr());
    attributes.set_scratchpad_mode(dnnl.dnnl_scratchpad_mode_user);
    attributes.set_scales_mask(dnnl.DNNL_ARG_WEIGHTS, 2);
    attributes.set_zero_points_mask(dnnl.DNNL_ARG_SRC, 0);
    post_ops after = scope.own(new post_ops());
    Epilogue.appendClip(after, clip);
    attributes.set_post_ops(after);
    matmul.primitive_desc description =
        scope.own(
            new matmul.primitive_desc(
                OneDnn.cpu(), source, any, scope.own(bias.get_desc()), result, attributes, false));
    return new Primitive.Builder(scope, description, scope.own(new matmul(description)))
        .argument(dnnl.DNNL_ARG_SRC, Memories.of(scope, source, codes))
        .argument(dnnl.DNNL_ARG_WEIGHTS, packed[0].as(scope.own(description.weights_desc())))
        .argument(dnnl.DNNL_ARG_BIAS, bias)
        .argument(dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_WEIGHTS, scales)
        .argument(dnnl.DNNL_ARG_ATTR_ZERO_POINTS | dnnl.DNNL_ARG_SRC, zero)
        .argument(dnnl.DNNL_ARG_DST, Memories.of(scope, result, results))
        .build();
  }

  @Override
  public void close() {
    for (PackedWeights digit : packed) {
      digit.close();
    }
  }

  /** The product of some rows. */
  final class Bound {
    private final Primitive[] primitives;
    private final int rows;
    private final IntBuffer integers;
    private final FloatBuffer reals;
    private final float[] row = new float[outputs()];
    private final int[] digits = new int[form.givesReals() ? 0 : outputs()];

    private Bound(NativeScope scope, BytePointer codes, int rows, BytePointer sums) {
      this.rows = rows;
      var bytes = sums.asByteBuffer().order(ByteOrder.nativeOrder());
      this.integers = bytes.asIntBuffer();
      this.reals = bytes.asFloatBuffer();
      this.primitives = new Primitive[(form.readsBytes() ? 0 : 1) + form.digits];
      long[] dims = {rows, inputs()};
      memory.desc source = Memories.desc(scope, dims, memory.data_type.u8, memory.format_tag.ab);
      memory from = Memories.of(scope, source, codes);
      int next = 0;
      if (!form.readsBytes()) {
        memory.desc held = Memories.desc(scope, dims, memory.data_type.f32, memory.format_tag.ab);
        memory asReals = Memories.allocate(scope, held);
        primitives[next++] = Reorders.reorder(scope, from, source, asReals, held);
        from = asReals;
        source = held;
      }
      long size = sumBytes(rows) / form.digits;
      for (int d = 0; d < form.digits; d++) {
        BytePointer part = sums.getPointer(d * size).limit(size).capacity(size);
        primitives[next++] = product(scope, source, from, packed[d], part);
      }
    }

    private Primitive product(
        NativeScope scope,
        memory.desc source,
        memory from,
        PackedWeights weights,
        BytePointer sums) {
      memory.desc any =
          Memories.desc(
              scope, new long[] {inputs(), outputs()}, form.weights, memory.format_tag.any);
      memory.desc result =
          Memories.desc(scope, new long[] {rows, outputs()}, form.sums, memory.format_tag.ab);
      primitive_attr attributes = scope.own(new primitive_attr());
      attributes.set_scratchpad_mode(dnnl.dnnl_scratchpad_mode_user);
      matmul.primitive_desc description =
          scope.own(
              new matmul.primitive_desc(OneDnn.cpu(), source, any, result, attributes, false));
      return new Primitive.Builder(scope, description, scope.own(new matmul(description)))
          .argument(dnnl.DNNL_ARG_SRC, from)
          .argument(dnnl.DNNL_ARG_WEIGHTS, weights.as(scope.own(description.weights_desc())))
          .argument(dnnl.DNNL_ARG_DST, Memories.of(scope, result, sums))
          .build();
    }

    /** Computes the sums. */
    void run() {
      for (Primitive primitive : primitives) {
        primitive.execute();
      }
    }

    String implementation() {
      return primitives[primitives.length - 1].implementation();
    }

    /**
     * Makes real numbers of the sums of a row, biases included.
     *
     * @param scale of the row's codes
     * @param zero likewise
     */
    float[] finished(int at, float scale, int zero) {
      if (form.givesReals()) {
        reals.get(at * row.length, row);
        finish(scale, zero);
        return row;
      }
      for (int o = 0; o < row.length; o++) {
        digits[o] = sum(at, o) - zero * totals[o];
      }
      for (int o = 0; o < row.length; o++) {
        row[o] = digits[o] * (scale * scales[o]) + bias[o];
      }
      return row;
    }

    private void finish(float scale, float zero) {
      for (int o = 0; o < row.length; o++) {
        row[o] = (row[o] - zero * realTotals[o]) * (scale * scales[o]) + bias[o];
      }
    }

    private int sum(int at, int output) {
      int first = at * row.length + output;
      return form == Form.BYTES_TO_INTEGERS
          ? integers.get(first)
          : (int) reals.get(first) + DIGIT * (int) reals.get(rows * row.length + first);
    }
  }
}
