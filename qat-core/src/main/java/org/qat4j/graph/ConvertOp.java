package org.qat4j.graph;

import java.util.List;
import java.util.Set;

/** The same values in another form. */
public sealed interface ConvertOp extends Op {

  @Override
  default List<Coefficients> weights() {
    return List.of();
  }

  @Override
  default Shape outputShape(List<Tensor> inputs) {
    return Operands.one(this, inputs).shape();
  }

  /** Real numbers to codes. */
  record Quantize() implements ConvertOp {
    @Override
    public String onnxName() {
      return "QuantizeLinear";
    }

    @Override
    public Set<Arithmetic> arithmetics() {
      return Set.of(Arithmetic.REALS);
    }

    @Override
    public Effect effect() {
      return Effect.QUANTIZES;
    }

    @Override
    public Clip clip() {
      return Clip.NONE;
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Operands.require(Arithmetic.CODES, output);
    }
  }

  /**
   * Real numbers to codes under a scale and zero point that are computed from them, for each image.
   */
  record QuantizeDynamic() implements ConvertOp {
    @Override
    public String onnxName() {
      return "DynamicQuantizeLinear";
    }

    @Override
    public Set<Arithmetic> arithmetics() {
      return Set.of(Arithmetic.REALS);
    }

    @Override
    public Effect effect() {
      return Effect.QUANTIZES;
    }

    @Override
    public Clip clip() {
      return Clip.NONE;
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Operands.require(Arithmetic.DYNAMIC_CODES, output);
    }
  }

  /** Codes to real numbers. */
  record Dequantize() implements ConvertOp {
    @Override
    public String onnxName() {
      return "DequantizeLinear";
    }

    @Override
    public Set<Arithmetic> arithmetics() {
      return Set.of(Arithmetic.CODES);
    }

    @Override
    public Effect effect() {
      return Effect.DEQUANTIZES;
    }

    @Override
    public Clip clip() {
      return Clip.NONE;
    }

    @Override
    public boolean scalesChannels() {
      return true;
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Operands.requireReal(output);
    }
  }

  /** Codes under other parameters, clipped: a stand-alone activation or a change of scale. */
  record Requantize(Clip clip) implements ConvertOp {
    @Override
    public String onnxName() {
      return "QuantizeLinear";
    }

    @Override
    public Set<Arithmetic> arithmetics() {
      return Set.of(Arithmetic.CODES);
    }

    @Override
    public Effect effect() {
      return Effect.COMPUTES;
    }

    @Override
    public void checkOutput(List<Tensor> inputs, Tensor output) {
      Operands.checkRequantized(inputs, output, clip);
    }
  }
}
