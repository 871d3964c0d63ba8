package org.qat4j.graph;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.qat4j.scheme.IntRange;

/** One or more of each operation, so that every arithmetic in which it is defined occurs. */
public final class EveryOp {
  private static final Window WINDOW = Window.square(2, 1, 0);
  private static final Reals ONE = new Reals(1);

  private EveryOp() {}

  public static List<Op> all() {
    Weights weights =
        Weights.symmetric(new byte[] {1, 2, 3, 4}, new float[] {1}, IntRange.signed(8));
    Reals reals = new Reals(1, 2, 3, 4);
    Coefficients dynamic = ofRows(weights, 4);
    Coefficients real = new Coefficients.OfReals(reals, reals);
    Coefficients two = new Coefficients.OfReals(reals, new Reals(1, 2));
    return List.of(
        new ConvertOp.Quantize(),
        new ConvertOp.QuantizeDynamic(),
        new ConvertOp.Dequantize(),
        new ConvertOp.Requantize(Clip.RELU),
        new LinearOp.Conv(WINDOW, 1, weights, new Bias(5), Clip.RELU),
        new LinearOp.Conv(WINDOW, 1, reals, ONE, Clip.RELU),
        new LinearOp.Dense(weights, new Bias(5), Clip.RELU),
        new LinearOp.Dense(weights, ONE, Clip.RELU),
        new LinearOp.Dense(reals, ONE, Clip.RELU),
        new PoolOp.MaxPool(WINDOW),
        new PoolOp.AveragePool(WINDOW, true),
        new PoolOp.GlobalAveragePool(),
        new JoinOp.Add(Clip.RELU),
        new JoinOp.Mul(),
        new JoinOp.Concat(),
        new MoveOp.Pad(1, 2, 3, 4),
        new MoveOp.Upsample(2, 3),
        new MoveOp.Flatten(),
        new MoveOp.Steps(0, 1),
        new MoveOp.Identity(),
        new Embedding(new Table.OfReals(reals, 4)),
        new Embedding(new Table.OfCodes(weights)),
        new RecurrentOp.Lstm(dynamic, dynamic, Optional.empty(), Scan.FORWARD),
        new RecurrentOp.Lstm(real, real, Optional.of(new Reals(1, 2, 3)), Scan.REVERSED),
        new RecurrentOp.SimpleRnn(
            ofRows(weights, 2), ofRows(weights, 2), GateFunction.TANH, Scan.FORWARD),
        new RecurrentOp.SimpleRnn(two, two, GateFunction.SIGMOID, Scan.FORWARD),
        new ChannelOp.ScaleShift(ONE, ONE),
        new ChannelOp.Divide(ONE),
        new ChannelOp.Softmax(),
        new FunctionOp.Clamp(Clip.RELU),
        new FunctionOp.LeakyRelu(0.1f),
        new FunctionOp.Sigmoid(),
        new FunctionOp.Tanh(),
        new FunctionOp.HardSigmoid(0.2f, 0.5f),
        new FunctionOp.HardSwish());
  }

  private static Coefficients ofRows(Weights weights, int rows) {
    float[] scales = new float[rows];
    Arrays.fill(scales, 0.5f);
    return new Coefficients.OfDynamicCodes(
        Weights.symmetric(weights.codesOihw(), scales, weights.range()),
        new Reals(new float[rows]));
  }

  /** As many operands as an operation takes, of shapes that fit. */
  static List<Tensor> operands(Op op, Tensor.Type type) {
    Shape shape = Shape.of(1, 2, 2);
    if (op instanceof LinearOp.Dense) {
      shape = Shape.of(4);
    } else if (op instanceof Embedding) {
      shape = Shape.of(3, 1);
    } else if (op instanceof RecurrentOp recurrent) {
      shape = Shape.of(3, recurrent.input().fanIn());
    } else if (op instanceof MoveOp.Steps) {
      shape = Shape.of(3, 2);
    }
    return Collections.nCopies(op instanceof JoinOp ? 2 : 1, new Tensor("x", shape, type));
  }

  /** The operations that are defined in an arithmetic. */
  public static Set<Class<? extends Op>> in(Arithmetic arithmetic) {
    return all().stream()
        .filter(op -> op.arithmetics().contains(arithmetic))
        .map(Op::getClass)
        .collect(Collectors.toSet());
  }

  /** The records of the closed set. */
  public static Set<Class<?>> records() {
    return records(Op.class).collect(Collectors.toSet());
  }

  private static Stream<Class<?>> records(Class<?> type) {
    return type.isRecord()
        ? Stream.of(type)
        : Arrays.stream(type.getPermittedSubclasses()).flatMap(EveryOp::records);
  }
}
