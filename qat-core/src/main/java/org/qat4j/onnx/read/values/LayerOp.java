package org.qat4j.onnx.read.values;

import java.util.Optional;
import org.qat4j.graph.Bias;
import org.qat4j.graph.Clip;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;

/** An operation between DequantizeLinear and QuantizeLinear, until it is known what follows it. */
public sealed interface LayerOp {

  Op with(Clip clip);

  /** Whether a clip can be part of the operation. */
  boolean clips();

  /** Whether a constant that is added behind it can be its bias. */
  default boolean takesBias() {
    return false;
  }

  /** Convolution whose bias may still come as an Add. */
  record Conv(Window window, int groups, Weights weights, Optional<Bias> bias) implements LayerOp {
    @Override
    public Op with(Clip clip) {
      return new LinearOp.Conv(window, groups, weights, bias.orElseGet(() -> zeros(weights)), clip);
    }

    @Override
    public boolean clips() {
      return true;
    }

    @Override
    public boolean takesBias() {
      return bias.isEmpty();
    }
  }

  /** Dense layer whose bias may still come as an Add. */
  record Dense(Weights weights, Optional<Bias> bias) implements LayerOp {
    @Override
    public Op with(Clip clip) {
      return new LinearOp.Dense(weights, bias.orElseGet(() -> zeros(weights)), clip);
    }

    @Override
    public boolean clips() {
      return true;
    }

    @Override
    public boolean takesBias() {
      return bias.isEmpty();
    }
  }

  /** Dense layer on codes whose scale is computed while running; its bias may still come. */
  record DynamicDense(Weights weights, Optional<Reals> bias) implements LayerOp {
    @Override
    public Op with(Clip clip) {
      Reals added = bias.orElseGet(() -> new Reals(new float[weights.outChannels()]));
      return new LinearOp.Dense(weights, added, clip);
    }

    @Override
    public boolean clips() {
      return true;
    }

    @Override
    public boolean takesBias() {
      return bias.isEmpty();
    }
  }

  /** Sum of two tensors. */
  record Add() implements LayerOp {
    @Override
    public Op with(Clip clip) {
      return new JoinOp.Add(clip);
    }

    @Override
    public boolean clips() {
      return true;
    }
  }

  /** An operation without a clip of its own. */
  record Plain(Op op) implements LayerOp {
    @Override
    public Op with(Clip clip) {
      return op;
    }

    @Override
    public boolean clips() {
      return false;
    }
  }

  private static Bias zeros(Weights weights) {
    return new Bias(new int[weights.outChannels()]);
  }
}
