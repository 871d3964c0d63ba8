package org.qat4j.graph;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A layer whose result at one step of a sequence is an operand of the next step. Reads a sequence
 * {@code [time, features]}, then, as {@link #scan()} says, the state at the beginning {@code
 * [stateRows, units]} and a mask {@code [time, 1]}; all but the sequence are real numbers.
 *
 * <p>Its products are those of dense layers with the step's features and with the result of the
 * step before, which becomes codes of a scale of its own where the sequence holds such codes.
 */
public sealed interface RecurrentOp extends Op {
  /** Weights {@code [gates * units, features]} of what is read, and a bias. */
  Coefficients input();

  /** Weights {@code [gates * units, units]} of the result of the step before, and a bias. */
  Coefficients recurrent();

  Scan scan();

  /** Rows of weights for each unit. */
  int gates();

  /** Rows of the state: the result of a step, and what else the next one reads. */
  int stateRows();

  /** Results of one step. */
  default int units() {
    return input().outChannels() / gates();
  }

  /** Where the mask is among the operands. */
  default int maskOperand() {
    return scan().resumed() ? 2 : 1;
  }

  @Override
  default List<Coefficients> weights() {
    return List.of(input(), recurrent());
  }

  @Override
  default Set<Arithmetic> arithmetics() {
    return Set.of(input().arithmetic());
  }

  @Override
  default Effect effect() {
    return Effect.COMPUTES;
  }

  @Override
  default Clip clip() {
    return Clip.NONE;
  }

  /** A row for each step, and those of the state that are no results behind them. */
  @Override
  default Shape outputShape(List<Tensor> inputs) {
    int count = 1 + (scan().resumed() ? 1 : 0) + (scan().masked() ? 1 : 0);
    Operands.requireCount(inputs, count);
    Tensor x = inputs.get(0);
    Operands.require(input().arithmetic(), x);
    inputs.subList(1, count).forEach(Operands::requireReal);
    Shape shape = x.shape();
    if (shape.kind() != Shape.Kind.SEQUENCE || shape.channels() != input().fanIn()) {
      throw new IllegalArgumentException(
          "needs a sequence of " + input().fanIn() + " features, got shape " + shape);
    }
    if (scan().resumed()) {
      requireShape("state", inputs.get(1), Shape.of(stateRows(), units()));
    }
    if (scan().masked()) {
      requireShape("mask", inputs.get(maskOperand()), Shape.of(shape.height(), 1));
    }
    return Shape.ofExact(shape.height() + stateRows() - 1L, units());
  }

  private static void requireShape(String role, Tensor tensor, Shape expected) {
    if (!tensor.shape().equals(expected)) {
      throw new IllegalArgumentException(
          "the "
              + role
              + " '"
              + tensor.name()
              + "' must have shape "
              + expected
              + ", got shape "
              + tensor.shape());
    }
  }

  @Override
  default void checkOutput(List<Tensor> inputs, Tensor output) {
    Operands.requireReal(output);
  }

  @Override
  default long macs(List<Tensor> inputs) {
    long rows = (long) inputs.get(0).shape().height() * input().outChannels();
    return rows * (input().fanIn() + recurrent().fanIn());
  }

  private static void requireFit(Coefficients input, Coefficients recurrent, int gates) {
    if (input.arithmetic() == Arithmetic.CODES) {
      throw Operands.undefined(Arithmetic.CODES);
    }
    if (input.arithmetic() != recurrent.arithmetic()) {
      throw new IllegalArgumentException(
          "the input's weights are for "
              + Operands.words(input.arithmetic())
              + ", the recurrent ones for "
              + Operands.words(recurrent.arithmetic()));
    }
    int rows = input.outChannels();
    if (rows % gates != 0 || recurrent.outChannels() != rows || recurrent.fanIn() != rows / gates) {
      throw new IllegalArgumentException(
          "weights of "
              + gates
              + " gates must be [gates * units, features] and [gates * units, units], got ["
              + rows
              + ", "
              + input.fanIn()
              + "] and ["
              + recurrent.outChannels()
              + ", "
              + recurrent.fanIn()
              + "]");
    }
  }

  /**
   * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al.
   * 2000). The rows of the weights are those of input gate, output gate, forget gate and candidate.
   *
   * <p>The result is {@code [time + 1, units]}: the output of each step, and behind them the cells
   * after the step that is computed last. The state is {@code [2, units]}, output and cells; of a
   * scan forwards these are the last two rows of the result.
   *
   * @param peepholes {@code [3, units]}: what the gates for input, output and forgetting see of the
   *     cells (Graves 2013, arXiv:1308.0850, eq. 7 to 11)
   */
  record Lstm(Coefficients input, Coefficients recurrent, Optional<Reals> peepholes, Scan scan)
      implements RecurrentOp {
    public static final int GATES = 4;
    public static final int PEEPHOLES = 3;

    public Lstm {
      requireFit(input, recurrent, GATES);
      int expected = PEEPHOLES * input.outChannels() / GATES;
      if (peepholes.isPresent() && peepholes.get().length() != expected) {
        throw new IllegalArgumentException(
            expected + " peephole weights expected, got " + peepholes.get().length());
      }
    }

    @Override
    public String onnxName() {
      return "LSTM";
    }

    @Override
    public int gates() {
      return GATES;
    }

    @Override
    public int stateRows() {
      return 2;
    }
  }

  /**
   * The recurrent layer of Elman 1990. The result is {@code [time, units]}, the state {@code [1,
   * units]}: of a scan forwards the last row of the result.
   */
  record SimpleRnn(Coefficients input, Coefficients recurrent, GateFunction activation, Scan scan)
      implements RecurrentOp {
    public SimpleRnn {
      requireFit(input, recurrent, 1);
    }

    @Override
    public String onnxName() {
      return "RNN";
    }

    @Override
    public int gates() {
      return 1;
    }

    @Override
    public int stateRows() {
      return 1;
    }
  }
}
