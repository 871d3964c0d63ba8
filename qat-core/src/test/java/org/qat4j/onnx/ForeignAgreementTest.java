package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnxruntime.OrtException;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.qat4j.graph.Graph;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.SessionOptions;
import org.qat4j.onnx.read.OnnxReader;

/** Files in the styles of other quantizers mean to us what they mean to ONNX Runtime. */
class ForeignAgreementTest {
  private static final long[] SCALAR = {};
  private static final int BATCH = 5;
  private static final int CHANNELS = 4;
  private static final int SIZE = 7;

  /** How a model is written. Every one ends in {@code y}, quantized with {@link #scale}. */
  enum Style {
    /** Float bias, Relu and pooling before the only QuantizeLinear, as for TensorRT. */
    POOL_BEFORE_QUANTIZE(0.04f) {
      @Override
      void build(ModelBuilder model, Random random) {
        conv(model, random, 3, OnnxNodes.integers("pads", 1, 1, 1, 1));
        model
            .node("Relu", List.of("c"), "r")
            .node("MaxPool", List.of("r"), "y", square("kernel_shape", 2), square("strides", 2));
      }
    },
    /** Uneven automatic padding. */
    SAME_UPPER(0.05f) {
      @Override
      void build(ModelBuilder model, Random random) {
        conv(model, random, 2, OnnxNodes.text("auto_pad", "SAME_UPPER"), square("strides", 2));
        model.node("Identity", List.of("c"), "y");
      }
    },
    /** Uneven automatic padding on the other side. */
    SAME_LOWER(0.05f) {
      @Override
      void build(ModelBuilder model, Random random) {
        conv(model, random, 2, OnnxNodes.text("auto_pad", "SAME_LOWER"));
        model.node("Relu", List.of("c"), "y");
      }
    },
    /** Depthwise and dilated. */
    DEPTHWISE(0.02f) {
      @Override
      void build(ModelBuilder model, Random random) {
        weights(model, random, new long[] {CHANNELS, 1, 3, 3}, 0);
        model.node(
            "Conv",
            List.of("x_dq", "w_dq"),
            "y",
            square("dilations", 2),
            OnnxNodes.integer("group", CHANNELS));
      }
    },
    /** Windows that reach over the edge. */
    CEIL_MODE(0.02f) {
      @Override
      void build(ModelBuilder model, Random random) {
        model.node(
            "MaxPool",
            List.of("x_dq"),
            "y",
            square("kernel_shape", 2),
            square("strides", 2),
            OnnxNodes.integer("ceil_mode", 1));
      }
    },
    /** Padding that counts. */
    AVERAGE_WITH_PADDING(0.015f) {
      @Override
      void build(ModelBuilder model, Random random) {
        model.node(
            "AveragePool",
            List.of("x_dq"),
            "y",
            square("kernel_shape", 3),
            OnnxNodes.integers("pads", 1, 1, 1, 1),
            OnnxNodes.integer("count_include_pad", 1));
      }
    },
    /** Padding that does not count, uneven. */
    AVERAGE_WITHOUT_PADDING(0.015f) {
      @Override
      void build(ModelBuilder model, Random random) {
        model.node(
            "AveragePool",
            List.of("x_dq"),
            "y",
            square("kernel_shape", 3),
            OnnxNodes.integers("pads", 0, 1, 1, 0),
            square("strides", 2));
      }
    },
    /** A mean with its dimensions as an input. */
    MEAN_OVER_GIVEN_AXES(0.01f) {
      @Override
      void build(ModelBuilder model, Random random) {
        model
            .opset(18)
            .numbers("axes", 2, -1)
            .node("ReduceMean", List.of("x_dq", "axes"), "m", OnnxNodes.integer("keepdims", 0))
            .node("Identity", List.of("m"), "y");
      }
    },
    /** PyTorch: adaptive pooling as a mean, and a transposed matrix with its bias behind it. */
    TRANSPOSED_LINEAR(0.02f) {
      @Override
      void build(ModelBuilder model, Random random) {
        model
            .node(
                "ReduceMean",
                List.of("x_dq"),
                "m",
                OnnxNodes.integers("axes", 2, 3),
                OnnxNodes.integer("keepdims", 0))
            .qdq("m", 0.01f, IntegerType.UINT8, 128);
        weights(model, random, new long[] {6, CHANNELS}, 0);
        model
            .node("Transpose", List.of("w_dq"), "wt", OnnxNodes.integers("perm", 1, 0))
            .node("MatMul", List.of("m_dq", "wt"), "p")
            .floats("b", new long[] {6}, normal(random, 6))
            .node("Add", List.of("p", "b"), "y");
      }
    },
    /** Dense layer with inputs first, behind a reshape without pairs around it. */
    GEMM_INPUTS_FIRST(0.1f) {
      @Override
      void build(ModelBuilder model, Random random) {
        weights(model, random, new long[] {CHANNELS * SIZE * SIZE, 3}, 1);
        model
            .numbers("shape", 0, -1)
            .node("Reshape", List.of("x_dq", "shape"), "f")
            .node("Gemm", List.of("f", "w_dq"), "y");
      }
    },
    /** uint8 weights with a zero point, one scale. */
    UINT8_WEIGHTS(0.05f) {
      @Override
      void build(ModelBuilder model, Random random) {
        model
            .codes(
                "w",
                IntegerType.UINT8,
                new long[] {2, CHANNELS, 1, 1},
                random.ints(2 * CHANNELS, 0, 256).toArray())
            .floats("w_s", SCALAR, 0.01f)
            .codes("w_z", IntegerType.UINT8, SCALAR, 119)
            .node("DequantizeLinear", List.of("w", "w_s", "w_z"), "w_dq")
            .node("Conv", List.of("x_dq", "w_dq"), "y");
      }
    },
    /**
     * Float weights in front of a QuantizeLinear, clipped to 4 bits, as Brevitas and NNCF write
     * them.
     */
    FLOAT_WEIGHTS(0.05f) {
      @Override
      void build(ModelBuilder model, Random random) {
        model
            .floats("w", new long[] {2, CHANNELS, 1, 1}, normal(random, 2 * CHANNELS))
            .floats("w_s", new long[] {2}, 0.2f, 0.3f)
            .codes("w_z", IntegerType.INT8, new long[] {2}, 0, 0)
            .codes("min", IntegerType.INT8, SCALAR, -7)
            .codes("max", IntegerType.INT8, SCALAR, 7)
            .node("QuantizeLinear", List.of("w", "w_s", "w_z"), "w_q", OnnxNodes.integer("axis", 0))
            .node("Clip", List.of("w_q", "min", "max"), "w_c")
            .node(
                "DequantizeLinear",
                List.of("w_c", "w_s", "w_z"),
                "w_dq",
                OnnxNodes.integer("axis", 0))
            .node("Conv", List.of("x_dq", "w_dq"), "y");
      }
    },
    /** Packed 4-bit weights. */
    INT4_WEIGHTS(0.05f) {
      @Override
      void build(ModelBuilder model, Random random) {
        model
            .opset(21)
            .int4("w", new long[] {3, CHANNELS, 1, 1}, random.ints(3 * CHANNELS, -8, 8).toArray())
            .floats("w_s", new long[] {3}, 0.1f, 0.2f, 0.05f)
            .node("DequantizeLinear", List.of("w", "w_s"), "w_dq", OnnxNodes.integer("axis", 0))
            .node("Conv", List.of("x_dq", "w_dq"), "y");
      }
    },
    /**
     * A residual whose sum and branches have scales of their own, without a simple ratio that would
     * make ties.
     */
    RESIDUAL(0.0617f) {
      @Override
      void build(ModelBuilder model, Random random) {
        weights(model, random, new long[] {CHANNELS, CHANNELS, 1, 1}, 0);
        model
            .node("Conv", List.of("x_dq", "w_dq"), "c")
            .qdq("c", 0.0523f, IntegerType.UINT8, 128)
            .node("Add", List.of("c_dq", "x_dq"), "s")
            .node("Relu", List.of("s"), "y");
      }
    },
    /** Padding of real numbers, whose zeros are not code 0, and a clip behind it. */
    PAD(0.02f) {
      @Override
      void build(ModelBuilder model, Random random) {
        model
            .numbers("pads", 0, 0, 1, 2, 0, 0, 0, 1)
            .node("Pad", List.of("x_dq", "pads"), "p")
            .floats("max", SCALAR, 1f)
            .node("Clip", List.of("p", "", "max"), "y");
      }
    },
    /** Enlargement to sizes, with PyTorch's older rounding. */
    RESIZE(0.02f) {
      @Override
      void build(ModelBuilder model, Random random) {
        model
            .numbers("sizes", BATCH, CHANNELS, 2 * SIZE, 3 * SIZE)
            .node(
                "Resize", List.of("x_dq", "", "", "sizes"), "y", OnnxNodes.text("mode", "nearest"));
      }
    },
    /** Enlargement to sizes of one dimension, as from opset 18 on. */
    RESIZE_ALONG_AXES(0.02f) {
      @Override
      void build(ModelBuilder model, Random random) {
        model
            .opset(18)
            .numbers("sizes", 3 * SIZE)
            .node(
                "Resize",
                List.of("x_dq", "", "", "sizes"),
                "y",
                OnnxNodes.integers("axes", -1),
                OnnxNodes.text("coordinate_transformation_mode", "pytorch_half_pixel"));
      }
    },
    /** A window of padding alone. */
    POINT_WITH_PADDING(0.05f) {
      @Override
      void build(ModelBuilder model, Random random) {
        conv(model, random, 1, OnnxNodes.integers("pads", 1, 2, 1, 0));
        model.node("Relu", List.of("c"), "y");
      }
    },
    /** PyTorch: view(size(0), size(1) * size(2) * size(3)), step by step. */
    RESHAPE_TO_COMPUTED_SIZES(0.1f) {
      @Override
      void build(ModelBuilder model, Random random) {
        weights(model, random, new long[] {CHANNELS * SIZE * SIZE, 3}, 1);
        model
            .numbers("zero", 0)
            .numbers("one", 1)
            .numbers("end", Long.MAX_VALUE)
            .initializer(Initializers.numbers("first", 0).toBuilder().clearDims().build())
            .node("Shape", List.of("x_dq"), "all")
            .node("Gather", List.of("all", "first"), "batch")
            .node("Unsqueeze", List.of("batch", "zero"), "batch_1")
            .node("Slice", List.of("all", "one", "end"), "image")
            .node("Slice", List.of("image", "zero", "one"), "c")
            .node("Slice", List.of("all", "two", "three", "zero"), "h")
            .node("Shape", List.of("x_q"), "width", OnnxNodes.integer("start", -1))
            .opset(15)
            .numbers("two", 2)
            .numbers("three", 3)
            .node("Mul", List.of("c", "h"), "ch")
            .node("Mul", List.of("ch", "width"), "chw")
            .node("Cast", List.of("chw"), "features", OnnxNodes.integer("to", 7))
            .node("Concat", List.of("batch_1", "features"), "s", OnnxNodes.integer("axis", 0))
            .node("Reshape", List.of("x_dq", "s"), "f")
            .node("Gemm", List.of("f", "w_dq"), "y");
      }
    },
    /** Between pairs of its own. */
    LEAKY_RELU(0.017f) {
      @Override
      void build(ModelBuilder model, Random random) {
        model.node("LeakyRelu", List.of("x_dq"), "y", OnnxNodes.real("alpha", 0.3f));
      }
    },
    /** Branches joined directly as codes. */
    CONCAT_OF_CODES(0.02f) {
      @Override
      void build(ModelBuilder model, Random random) {
        model
            .node("MaxPool", List.of("x_q"), "p", square("kernel_shape", 1))
            .node("Concat", List.of("x_q", "p"), "k", OnnxNodes.integer("axis", 1))
            .node("DequantizeLinear", List.of("k", "x_s", "x_z"), "k_dq")
            .node("GlobalAveragePool", List.of("k_dq"), "y");
      }
    };

    private final float scale;

    Style(float scale) {
      this.scale = scale;
    }

    abstract void build(ModelBuilder model, Random random);

    private static void conv(
        ModelBuilder model, Random random, int kernel, AttributeProto... attributes) {
      weights(model, random, new long[] {5, CHANNELS, kernel, kernel}, 0);
      model
          .floats("b", new long[] {5}, normal(random, 5))
          .node("Conv", List.of("x_dq", "w_dq", "b"), "c", attributes);
    }

    private static void weights(ModelBuilder model, Random random, long[] dims, int axis) {
      int count = (int) java.util.Arrays.stream(dims).reduce(1, (a, b) -> a * b);
      float[] scales = new float[(int) dims[axis]];
      for (int i = 0; i < scales.length; i++) {
        scales[i] = 0.001f + 0.004f * random.nextFloat();
      }
      model.weight("w", dims, axis, scales, random.ints(count, -127, 128).toArray());
    }

    private static AttributeProto square(String name, int size) {
      return OnnxNodes.integers(name, size, size);
    }

    private static float[] normal(Random random, int count) {
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = (float) random.nextGaussian();
      }
      return values;
    }
  }

  @ParameterizedTest
  @EnumSource(Style.class)
  void read_ofStyle_computesWhatOnnxRuntimeDoes(Style style)
      throws OrtException, OnnxFormatException {
    compare(style, 0);
  }

  /** From opset 18 on a mean has its dimensions as an input: a style of its own. */
  static Stream<Arguments> newest() {
    return Stream.of(Style.values())
        .filter(style -> style != Style.TRANSPOSED_LINEAR)
        .flatMap(style -> Stream.of(Arguments.of(style, 22), Arguments.of(style, 23)));
  }

  @ParameterizedTest(name = "{0} in opset {1}")
  @MethodSource("newest")
  void read_ofStyleInTheNewestOpsets_computesWhatOnnxRuntimeDoes(Style style, int opset)
      throws OrtException, OnnxFormatException {
    compare(style, opset);
  }

  /**
   * @param opset 0 for the style's own
   */
  private static void compare(Style style, int opset) throws OrtException, OnnxFormatException {
    Random random = new Random(style.name().hashCode());
    ModelBuilder model =
        new ModelBuilder()
            .input("x", 0, CHANNELS, SIZE, SIZE)
            .qdq("x", 0.02f, IntegerType.UINT8, 120);
    style.build(model, random);
    if (opset > 0) {
      model.opset(opset);
    }
    byte[] bytes = model.qdq("y", style.scale, IntegerType.UINT8, 100).anyOutput("y_dq").bytes();
    Graph graph = OnnxReader.read(bytes, style.name());
    float[] images = Style.normal(random, BATCH * CHANNELS * SIZE * SIZE);
    float[] theirs = OnnxRuntimeModel.reals(bytes, graph.inputs().get(0), images, BATCH);
    float[] ours = run(graph, images);
    assertEquals(theirs.length, ours.length);
    int apart = 0;
    for (int i = 0; i < ours.length; i++) {
      int codes = Math.round(Math.abs(ours[i] - theirs[i]) / style.scale);
      assertTrue(codes <= 1, "result " + i + ": " + ours[i] + ", ONNX Runtime " + theirs[i]);
      apart += codes;
    }
    assertTrue(apart * 100 <= ours.length, apart + " of " + ours.length + " codes differ");
    assertTrue(spread(ours, style.scale) > 10, "results must not be saturated");
  }

  private static float[] run(Graph graph, float[] images) {
    SessionOptions reference = SessionOptions.DEFAULT.withBackend("reference");
    try (InferenceSession session = InferenceSession.open(new QuantizedModel(graph), reference)) {
      return session.run(images, BATCH);
    }
  }

  private static long spread(float[] values, float scale) {
    return java.util.stream.IntStream.range(0, values.length)
        .map(i -> Math.round(values[i] / scale))
        .distinct()
        .count();
  }
}
