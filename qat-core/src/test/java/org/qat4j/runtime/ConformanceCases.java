package org.qat4j.runtime;

import static org.qat4j.runtime.TestGraphs.S8;
import static org.qat4j.runtime.TestGraphs.U8;
import static org.qat4j.runtime.TestGraphs.codes;
import static org.qat4j.runtime.TestGraphs.oneOp;
import static org.qat4j.runtime.TestGraphs.outputScale;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.FunctionOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;
import org.qat4j.scheme.IntRange;

/** The table of shapes and extremes that every backend is held against the reference on. */
final class ConformanceCases {
  private final List<Case> cases = new ArrayList<>();

  record Case(String name, Graph graph) {}

  private ConformanceCases() {}

  static List<Case> all() {
    ConformanceCases table = new ConformanceCases();
    table.convolutions();
    table.extremes();
    table.zeroPoints();
    table.dense();
    WeightForms.all().forEach((name, graph) -> table.cases.add(new Case(name, graph)));
    table.pools();
    table.elementwise();
    table.island();
    table.sequences();
    table.dynamic();
    table.state();
    RecurrentGraphs.all().forEach((name, graph) -> table.cases.add(new Case(name, graph)));
    return table.cases;
  }

  /** A layer's real result goes on in float32 and becomes codes again. */
  private void island() {
    Shape shape = Shape.of(5, 7, 6);
    Tensor.Codes type = TestGraphs.codes(0.01, 7, IntRange.unsigned(8));
    Random random = new Random(11);
    Weights weights = TestGraphs.weights(random, 5, 5, IntRange.signed(8), true);
    Op conv =
        new LinearOp.Conv(
            Window.square(1, 1, 0), 1, weights, TestGraphs.bias(random, 5, 1000), Clip.NONE);
    Graph graph =
        Graph.builder("island")
            .input(Tensor.real("x0", shape))
            .node("quantize", new ConvertOp.Quantize(), List.of("x0"), "q0", type)
            .node("conv", conv, List.of("q0"), "c", new Tensor.Real())
            .node("dequantize", new ConvertOp.Dequantize(), List.of("q0"), "d", new Tensor.Real())
            .node("sum", new JoinOp.Add(Clip.NONE), List.of("c", "d"), "s", new Tensor.Real())
            .node("codes", new ConvertOp.Quantize(), List.of("s"), "q1", type)
            .node("result", new ConvertOp.Dequantize(), List.of("q1"), "y", new Tensor.Real())
            .build("y");
    cases.add(new Case("island", graph));
  }

  private void sequences() {
    for (int time : new int[] {1, 2, 17}) {
      for (int features : new int[] {1, 16, 35}) {
        Shape shape = Shape.of(time, features);
        Random random = new Random(100 * time + features);
        Weights weights = TestGraphs.weights(random, 13, features, S8, features != 16);
        Op dense = new LinearOp.Dense(weights, TestGraphs.bias(random, 13, 3000), Clip.NONE);
        Tensor.Codes a = codes(0.02, 33, U8);
        Tensor.Codes b = codes(0.03, -7, S8);
        Tensor.Codes wide = codes(outputScale(weights, 0.02), 90, U8);
        String name = " of a sequence " + shape;
        add("dense" + name, dense, a, wide, shape);
        add("real dense" + name, dense, a, new Tensor.Real(), shape);
        add("add" + name, new JoinOp.Add(Clip.RELU), a, b, shape, shape);
        add("concat" + name, new JoinOp.Concat(), a, b, shape, shape);
        add("requantize" + name, new ConvertOp.Requantize(Clip.NONE), a, b, shape);
        add("leaky ReLU" + name, new FunctionOp.LeakyRelu(0.1f), a, b, shape);
        add("flatten" + name, new MoveOp.Flatten(), a, a, shape);
        add("identity" + name, new MoveOp.Identity(), b, b, shape);
        add("last step" + name, MoveOp.Steps.last(1), a, a, shape);
        flattenedDense(name, shape, a);
      }
    }
  }

  /** A backend that sees both as one must see the order of a sequence's elements. */
  private void flattenedDense(String name, Shape shape, Tensor.Codes type) {
    Random random = new Random(shape.hashCode());
    Weights weights = TestGraphs.weights(random, 5, shape.elements(), S8, true);
    Op dense = new LinearOp.Dense(weights, TestGraphs.bias(random, 5, 3000), Clip.NONE);
    Graph graph =
        Graph.builder("flattened")
            .input(Tensor.real("x0", shape))
            .node("quantize", new ConvertOp.Quantize(), List.of("x0"), "q0", type)
            .node("flatten", new MoveOp.Flatten(), List.of("q0"), "f", type)
            .node("dense", dense, List.of("f"), "y", new Tensor.Real())
            .build("y");
    cases.add(new Case("dense after flatten" + name, graph));
  }

  private void add(String name, Op op, Tensor.Codes input, Tensor.Type output, Shape... shapes) {
    List<Tensor.Codes> inputs = Collections.nCopies(shapes.length, input);
    cases.add(new Case(name, oneOp(op, List.of(shapes), inputs, output)));
  }

  /** Real numbers become codes whose scale is each image's own, and real numbers again. */
  private void dynamic() {
    for (Shape shape : List.of(Shape.of(1), Shape.of(64), Shape.of(3, 35))) {
      Random random = new Random(shape.elements());
      Weights weights = TestGraphs.weights(random, 17, shape.channels(), S8, shape.height() == 1);
      float[] bias = new float[17];
      Arrays.fill(bias, 0.3f);
      Op dense = new LinearOp.Dense(weights, new Reals(bias), Clip.RELU);
      Graph graph =
          Graph.builder("dynamic")
              .input(Tensor.real("x0", shape))
              .node("quantize", new ConvertOp.Quantize(), List.of("x0"), "q0", codes(0.02, 70, U8))
              .node("dequantize", new ConvertOp.Dequantize(), List.of("q0"), "d", new Tensor.Real())
              .node(
                  "dynamic",
                  new ConvertOp.QuantizeDynamic(),
                  List.of("d"),
                  "c",
                  new Tensor.DynamicCodes())
              .node("dense", dense, List.of("c"), "y", new Tensor.Real())
              .build("y");
      cases.add(new Case("dynamic codes " + shape, graph));
    }
  }

  /** What is kept is at first the zero point. */
  private void state() {
    Tensor.Codes type = codes(0.05, 100, U8);
    Shape shape = Shape.of(5, 3, 2);
    Graph graph =
        Graph.builder("state")
            .input(Tensor.real("x0", shape))
            .input(new Tensor("h", shape, type))
            .node("quantize", new ConvertOp.Quantize(), List.of("x0"), "q0", codes(0.02, 7, U8))
            .node("add", new JoinOp.Add(Clip.NONE), List.of("q0", "h"), "sum", type)
            .state("h", "sum")
            .node("dequantize", new ConvertOp.Dequantize(), List.of("sum"), "y", new Tensor.Real())
            .build("y");
    cases.add(new Case("state", graph));
  }

  private void convolutions() {
    // in, out, height, width, kernel, stride, pads (top, left, bottom, right), dilation, groups
    int[][] shapes = {
      {1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1},
      {1, 20, 28, 28, 5, 1, 0, 0, 0, 0, 1, 1},
      {20, 50, 12, 12, 5, 1, 0, 0, 0, 0, 1, 1},
      {3, 16, 32, 32, 3, 1, 1, 1, 1, 1, 1, 1},
      {4, 16, 16, 16, 3, 1, 1, 1, 1, 1, 1, 1},
      {16, 32, 16, 16, 3, 2, 1, 1, 1, 1, 1, 1},
      {16, 32, 16, 16, 1, 2, 0, 0, 0, 0, 1, 1},
      {15, 17, 7, 7, 3, 1, 1, 1, 1, 1, 1, 1},
      {16, 16, 7, 5, 3, 1, 1, 1, 1, 1, 1, 1},
      {17, 15, 5, 7, 3, 1, 1, 1, 1, 1, 1, 1},
      {31, 33, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1},
      {64, 64, 8, 8, 3, 1, 1, 1, 1, 1, 1, 1},
      {63, 65, 4, 4, 1, 1, 0, 0, 0, 0, 1, 1},
      {7, 13, 11, 13, 2, 3, 0, 1, 1, 0, 1, 1},
      {5, 3, 11, 9, 3, 2, 2, 0, 1, 2, 1, 1},
      {8, 8, 12, 12, 3, 1, 2, 2, 2, 2, 2, 1},
      {3, 5, 13, 11, 3, 2, 1, 2, 0, 1, 3, 1},
      {6, 9, 9, 9, 3, 1, 1, 1, 1, 1, 1, 3},
      {16, 32, 8, 8, 3, 1, 1, 1, 1, 1, 1, 2},
      {1, 7, 6, 6, 3, 1, 1, 1, 1, 1, 1, 1},
      {19, 19, 9, 9, 3, 1, 1, 1, 1, 1, 1, 19},
      {32, 32, 14, 14, 3, 2, 1, 1, 1, 1, 1, 32},
      {16, 32, 6, 6, 5, 1, 2, 2, 2, 2, 1, 16},
      {256, 24, 4, 4, 3, 1, 1, 1, 1, 1, 1, 1},
      {600, 10, 2, 2, 1, 1, 0, 0, 0, 0, 1, 1},
      {16, 32, 6, 6, 1, 1, 1, 1, 1, 1, 1, 1},
      {1, 9, 5, 4, 1, 1, 2, 1, 0, 3, 1, 1},
      {5, 3, 6, 5, 1, 2, 1, 1, 1, 1, 1, 1},
      {8, 8, 5, 5, 2, 1, 3, 2, 2, 3, 1, 1},
      {12, 12, 5, 5, 1, 1, 1, 1, 1, 1, 1, 12},
      {16, 16, 9, 9, 3, 2, 4, 4, 4, 4, 1, 1},
    };
    for (int[] s : shapes) {
      for (boolean signed : new boolean[] {false, true}) {
        for (int zero : new int[] {0, 117}) {
          IntRange range = signed ? S8 : U8;
          int inputZero = signed ? zero - 100 : zero;
          conv(
              "",
              s,
              codes(0.02, inputZero, range),
              S8,
              true,
              Clip.NONE,
              signed ? -20 : 90,
              range,
              false);
        }
      }
      conv(" relu", s, codes(0.02, 0, U8), S8, true, Clip.RELU, 0, U8, false);
      conv(" weight zero points", s, codes(0.02, 3, U8), S8, false, Clip.NONE, 128, U8, false);
      conv(" real output", s, codes(0.02, 5, U8), S8, true, Clip.RELU, 0, U8, true);
      conv(
          " 4-bit",
          s,
          codes(0.2, 1, IntRange.unsigned(4)),
          IntRange.signedNarrow(4),
          true,
          Clip.RELU,
          2,
          IntRange.unsigned(4),
          false);
    }
  }

  private void conv(
      String suffix,
      int[] s,
      Tensor.Codes input,
      IntRange weightRange,
      boolean symmetric,
      Clip clip,
      int outputZero,
      IntRange outputRange,
      boolean real) {
    Random random = new Random(Arrays.hashCode(s));
    Window window = new Window(s[4], s[4], s[5], s[5], s[6], s[7], s[8], s[9], s[10], s[10]);
    Weights weights =
        TestGraphs.weights(random, s[1], s[0] / s[11] * s[4] * s[4], weightRange, symmetric);
    Op op = new LinearOp.Conv(window, s[11], weights, TestGraphs.bias(random, s[1], 3000), clip);
    double scale = outputScale(weights, input.params().scale()) * 255 / outputRange.steps();
    Tensor.Type output = real ? new Tensor.Real() : codes(scale, outputZero, outputRange);
    cases.add(
        new Case(
            "conv " + Arrays.toString(s) + " x " + input.params() + suffix,
            oneOp(op, List.of(Shape.of(s[0], s[2], s[3])), List.of(input), output)));
  }

  /** All weights and all inputs at the ends of their ranges: int16 pair sums would saturate. */
  private void extremes() {
    for (int weight : new int[] {-128, 127}) {
      for (double inputScale : new double[] {1e-30, 1e30}) {
        for (int kernel : new int[] {1, 3}) {
          short[] codes = new short[32 * 32 * kernel * kernel];
          Arrays.fill(codes, (short) weight);
          Weights weights = TestGraphs.weights(new Random(1), codes, 32, S8, true);
          Op op =
              new LinearOp.Conv(
                  Window.square(kernel, 1, 0),
                  1,
                  weights,
                  TestGraphs.bias(new Random(2), 32, 1 << 29),
                  Clip.NONE);
          for (IntRange range : new IntRange[] {U8, S8}) {
            for (double outputScale :
                new double[] {inputScale, inputScale * 30, inputScale * 1e6}) {
              cases.add(
                  new Case(
                      "conv of weights "
                          + weight
                          + " kernel "
                          + kernel
                          + " scales "
                          + inputScale
                          + " "
                          + outputScale
                          + " "
                          + range,
                      oneOp(
                          op,
                          List.of(Shape.of(32, 3, 3)),
                          List.of(codes(inputScale, range.min(), range)),
                          codes(outputScale, range.max(), range))));
            }
          }
        }
      }
    }
  }

  private void zeroPoints() {
    int[] s = {9, 11, 5, 6, 3, 1, 1, 1, 1, 1, 1, 1};
    for (int zero : new int[] {0, 1, 127, 128, 254, 255}) {
      conv(" output zero " + zero, s, codes(0.02, 0, U8), S8, true, Clip.NONE, zero, U8, false);
      conv(" input zero", s, codes(0.02, zero, U8), S8, true, Clip.NONE, 128, U8, false);
      conv(
          " signed zero",
          s,
          codes(0.02, zero - 128, S8),
          S8,
          true,
          Clip.NONE,
          zero - 128,
          S8,
          false);
    }
    conv(" relu6", s, codes(0.02, 4, U8), S8, true, Clip.RELU6, 10, U8, false);
    conv(" clip", s, codes(0.02, 4, U8), S8, true, new Clip(-0.5f, 0.7f), 100, U8, false);
    conv(" mixed", s, codes(0.02, 4, U8), S8, true, Clip.NONE, -100, S8, false);
    conv(" mixed", s, codes(0.02, -4, S8), S8, true, Clip.NONE, 100, U8, false);
    conv(
        " 16 bits",
        s,
        codes(0.0001, 700, IntRange.unsigned(16)),
        S8,
        true,
        Clip.NONE,
        100,
        U8,
        false);
    conv(
        " to 16 bits",
        s,
        codes(0.02, 3, U8),
        S8,
        true,
        Clip.NONE,
        -200,
        IntRange.signed(16),
        false);
  }

  private void dense() {
    for (int in : new int[] {1, 15, 16, 17, 63, 64, 65, 500, 800, 1031}) {
      for (int out : new int[] {1, 10, 16, 17, 500}) {
        Random random = new Random(in * 1000L + out);
        Weights weights = TestGraphs.weights(random, out, in, S8, in % 7 != 0);
        double scale = outputScale(weights, 0.02);
        Op op =
            new LinearOp.Dense(
                weights, TestGraphs.bias(random, out, 5000), in % 2 == 0 ? Clip.RELU : Clip.NONE);
        for (IntRange range : new IntRange[] {U8, S8}) {
          for (Tensor.Type output :
              List.of(codes(scale, in % 2 == 0 ? range.min() : 7, range), new Tensor.Real())) {
            cases.add(
                new Case(
                    "dense " + in + "x" + out + " " + range + " " + output,
                    oneOp(
                        op,
                        List.of(Shape.of(in)),
                        List.of(codes(0.02, out == 10 ? 0 : 33, range)),
                        output)));
          }
        }
      }
    }
  }

  private void pools() {
    Window[] windows = {
      Window.square(2, 2, 0),
      Window.square(3, 2, 1),
      Window.square(3, 1, 1),
      Window.square(1, 1, 0),
      Window.square(5, 5, 0),
      new Window(2, 3, 2, 1, 1, 0, 0, 2, 1, 1),
      new Window(2, 2, 1, 1, 0, 0, 0, 0, 2, 3),
      new Window(2, 2, 2, 2, 2, 2, 2, 2, 1, 1),
    };
    for (int channels : new int[] {1, 3, 16, 20, 50, 64, 67}) {
      for (Window window : windows) {
        for (Tensor.Codes input :
            List.of(
                codes(0.02, 0, U8),
                codes(0.03, 200, U8),
                codes(0.02, -128, S8),
                codes(0.1, 3, IntRange.unsigned(4)))) {
          List<Shape> shape = List.of(Shape.of(channels, 8, 7));
          String name = " " + channels + " " + window + " " + input.params();
          cases.add(
              new Case(
                  "max" + name, oneOp(new PoolOp.MaxPool(window), shape, List.of(input), input)));
          for (boolean padding : new boolean[] {false, true}) {
            cases.add(
                new Case(
                    "average " + padding + name,
                    oneOp(
                        new PoolOp.AveragePool(window, padding),
                        shape,
                        List.of(input),
                        codes(0.013, 5, U8))));
          }
          cases.add(
              new Case(
                  "global" + name,
                  oneOp(
                      new PoolOp.GlobalAveragePool(),
                      shape,
                      List.of(input),
                      codes(0.007, -3, S8))));
        }
      }
    }
  }

  private void elementwise() {
    List<Tensor.Codes> params =
        List.of(
            codes(0.02, 0, U8),
            codes(0.033, 128, U8),
            codes(0.05, 255, U8),
            codes(0.017, -128, S8),
            codes(0.04, 9, S8));
    for (Tensor.Codes a : params) {
      for (Tensor.Codes b : params) {
        for (Clip clip : List.of(Clip.NONE, Clip.RELU, new Clip(-0.3f, 0.9f))) {
          if (clip.equals(Clip.RELU) && (b.params().zeroPoint() == b.params().range().max())) {
            continue;
          }
          String name = " " + a.params() + " " + b.params() + " " + clip;
          Shape shape = Shape.of(17, 3, 5);
          cases.add(
              new Case(
                  "add" + name,
                  oneOp(new JoinOp.Add(clip), List.of(shape, shape), List.of(a, b), b)));
          cases.add(
              new Case(
                  "requantize" + name,
                  oneOp(new ConvertOp.Requantize(clip), List.of(shape), List.of(a), b)));
        }
        List<Shape> shapes = List.of(Shape.of(3, 4, 5), Shape.of(16, 4, 5));
        cases.add(
            new Case(
                "concat " + a + b,
                oneOp(new JoinOp.Concat(), shapes, List.of(a, b), codes(0.03, 60, U8))));
      }
      cases.add(
          new Case(
              "flatten " + a,
              oneOp(new MoveOp.Flatten(), List.of(Shape.of(5, 3, 4)), List.of(a), a)));
      cases.add(oneInput("identity " + a, new MoveOp.Identity(), a, a));
      cases.add(
          oneInput("leaky ReLU " + a, new FunctionOp.LeakyRelu(0.1f), a, codes(0.03, 60, U8)));
      cases.add(oneInput("pad " + a, new MoveOp.Pad(1, 0, 2, 3), a, a));
      cases.add(oneInput("upsample " + a, new MoveOp.Upsample(2, 3), a, a));
    }
  }

  private static Case oneInput(String name, Op op, Tensor.Codes input, Tensor.Codes output) {
    return new Case(name, oneOp(op, List.of(Shape.of(5, 3, 4)), List.of(input), output));
  }
}
