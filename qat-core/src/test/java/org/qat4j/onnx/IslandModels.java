package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Models with float between their quantized parts. Each reads the real image {@code x} and its
 * dequantized codes {@code x_dq}, and computes the real numbers {@code y}.
 */
enum IslandModels {
  FLOAT_CONV("conv:y (Conv)") {
    @Override
    void build(ModelBuilder model, Random random) {
      floats(model, random, "w", 6, 2, 3, 3);
      floats(model, random, "b", 6);
      model.node(
          "Conv",
          List.of("x_dq", "w", "b"),
          "y",
          OnnxNodes.text("auto_pad", "SAME_UPPER"),
          square("strides", 2),
          OnnxNodes.integer("group", 2));
    }
  },
  FLOAT_GEMM("gemm:y (Gemm)") {
    @Override
    void build(ModelBuilder model, Random random) {
      floats(model, random, "w", CHANNELS * SIZE * SIZE, 5);
      floats(model, random, "b", 5);
      model
          .node("Flatten", List.of("x_dq"), "f", OnnxNodes.integer("axis", 1))
          .node("Gemm", List.of("f", "w", "b"), "y");
    }
  },
  SWISH("sigmoid:s (Sigmoid), mul:y (Mul)") {
    @Override
    void build(ModelBuilder model, Random random) {
      conv(model, random, "c");
      model.node("Sigmoid", List.of("c"), "s").node("Mul", List.of("c", "s"), "y");
    }
  },
  LEAKY_RELU_AFTER_CONV("leakyrelu:y (LeakyRelu)") {
    @Override
    void build(ModelBuilder model, Random random) {
      conv(model, random, "c");
      model.node("LeakyRelu", List.of("c"), "y", OnnxNodes.real("alpha", 0.3f));
    }
  },
  /** The convolution's result is added without being quantized, as for TensorRT. */
  RESIDUAL("add:s (Add), relu:y (Relu)") {
    @Override
    void build(ModelBuilder model, Random random) {
      conv(model, random, "c");
      model.node("Add", List.of("c", "x_dq"), "s").node("Relu", List.of("s"), "y");
    }
  },
  BATCH_NORM("batchnormalization:y (BatchNormalization)") {
    @Override
    void build(ModelBuilder model, Random random) {
      conv(model, random, "c");
      floats(model, random, "g", CHANNELS);
      floats(model, random, "b", CHANNELS);
      floats(model, random, "m", CHANNELS);
      model
          .floats("v", new long[] {CHANNELS}, 0.5f, 1f, 2f, 3f)
          .node("BatchNormalization", List.of("c", "g", "b", "m", "v"), "y");
    }
  },
  HARD_FUNCTIONS("hardsigmoid:h (HardSigmoid), hardswish:y (HardSwish)") {
    @Override
    void build(ModelBuilder model, Random random) {
      model
          .opset(14)
          .node("HardSigmoid", List.of("x_dq"), "h", OnnxNodes.real("alpha", 0.9f))
          .node("HardSwish", List.of("h"), "y");
    }
  },
  SQUEEZE_EXCITE(
      "globalaveragepool:g (GlobalAveragePool), conv:c (Conv), sigmoid:s (Sigmoid), mul:y (Mul)") {
    @Override
    void build(ModelBuilder model, Random random) {
      weights(model, random, "w", CHANNELS, CHANNELS, 1, 1);
      model
          .node("GlobalAveragePool", List.of("x_dq"), "g")
          .node("Conv", List.of("g", "w_dq"), "c")
          .node("Sigmoid", List.of("c"), "s")
          .node("Mul", List.of("x_dq", "s"), "y");
    }
  },
  CONCAT("tanh:t (Tanh), concat:y (Concat)") {
    @Override
    void build(ModelBuilder model, Random random) {
      model
          .node("Tanh", List.of("x_dq"), "t")
          .node("Concat", List.of("t", "x_dq"), "y", OnnxNodes.integer("axis", 1));
    }
  },
  POOLING(
      "tanh:t (Tanh), maxpool:m (MaxPool), averagepool:a (AveragePool), reducemean:y (GlobalAveragePool)") {
    @Override
    void build(ModelBuilder model, Random random) {
      model
          .node("Tanh", List.of("x_dq"), "t")
          .node("MaxPool", List.of("t"), "m", square("kernel_shape", 2))
          .node(
              "AveragePool",
              List.of("m"),
              "a",
              square("kernel_shape", 3),
              OnnxNodes.integers("pads", 1, 1, 1, 1))
          .node("ReduceMean", List.of("a"), "y", OnnxNodes.integers("axes", 2, 3));
    }
  },
  MOVED_PIXELS("tanh:t (Tanh), pad:p (Pad), resize:y (Resize)") {
    @Override
    void build(ModelBuilder model, Random random) {
      model
          .numbers("pads", 0, 0, 1, 2, 0, 0, 0, 1)
          .floats("factors", new long[] {4}, 1, 1, 2, 3)
          .node("Tanh", List.of("x_dq"), "t")
          .node("Pad", List.of("t", "pads"), "p")
          .node("Resize", List.of("p", "", "factors"), "y", OnnxNodes.text("mode", "nearest"));
    }
  },
  CONSTANTS("mul:m (BatchNormalization), add:y (BatchNormalization)") {
    @Override
    void build(ModelBuilder model, Random random) {
      floats(model, random, "k", 1, CHANNELS, 1, 1);
      model
          .floats("half", new long[0], 0.5f)
          .node("Mul", List.of("x_dq", "k"), "m")
          .node("Add", List.of("half", "m"), "y");
    }
  },
  /** No code stands for the bound, so that the convolution has no codes to read. */
  CLIP_BETWEEN_CODES("clip:l (Clip), conv:y (Conv)") {
    @Override
    void build(ModelBuilder model, Random random) {
      weights(model, random, "w", CHANNELS, CHANNELS, 1, 1);
      model
          .floats("min", new long[0], -0.333f)
          .node("Clip", List.of("x_dq", "min"), "l")
          .node("Conv", List.of("l", "w_dq"), "y");
    }
  },
  /** A layer's result with a clip is quantized, and read in float too. */
  SHARED_RESULT("tanh:t (Tanh), add:y (Add)") {
    @Override
    void build(ModelBuilder model, Random random) {
      conv(model, random, "c");
      model
          .node("Relu", List.of("c"), "r")
          .node("Tanh", List.of("r"), "t")
          .qdq("r", 0.0371f, IntegerType.UINT8, 0)
          .node("Add", List.of("r_dq", "t"), "y");
    }
  },
  /** Both a layer's result and that behind a clip are read. */
  SPLIT_RESULT("tanh:t (Tanh), relu:r (Relu), add:y (Add)") {
    @Override
    void build(ModelBuilder model, Random random) {
      conv(model, random, "c");
      model
          .node("Relu", List.of("c"), "r")
          .node("Tanh", List.of("c"), "t")
          .node("Add", List.of("r", "t"), "y");
    }
  },
  SOFTMAX_BETWEEN("softmax:s (Softmax), mul:y (BatchNormalization)") {
    @Override
    void build(ModelBuilder model, Random random) {
      weights(model, random, "w", 5, CHANNELS * SIZE * SIZE);
      model
          .floats("many", new long[0], 3f)
          .node("Flatten", List.of("x_dq"), "f", OnnxNodes.integer("axis", 1))
          .node("Gemm", List.of("f", "w_dq"), "g", OnnxNodes.integer("transB", 1))
          .node("Softmax", List.of("g"), "s", OnnxNodes.integer("axis", 1))
          .node("Mul", List.of("s", "many"), "y");
    }
  },
  /** Constants for each channel behind the first QuantizeLinear. */
  SCALED_BY_CONSTANTS("sub:s (BatchNormalization), div:y (Div)") {
    @Override
    void build(ModelBuilder model, Random random) {
      floats(model, random, "m", CHANNELS, 1, 1);
      model
          .floats("d", new long[] {CHANNELS, 1, 1}, 0.7f, -1.3f, 1.1f, 2.9f)
          .node("Sub", List.of("m", "x_dq"), "s")
          .node("Div", List.of("s", "d"), "y");
    }
  };

  static final int CHANNELS = 4;
  static final int SIZE = 7;

  private final String islands;

  IslandModels(String islands) {
    this.islands = islands;
  }

  /** What runs in float: nodes and operations, in execution order. */
  String islands() {
    return islands;
  }

  abstract void build(ModelBuilder model, Random random);

  /** The model up to {@code y}, without outputs. */
  ModelBuilder model() {
    ModelBuilder model =
        new ModelBuilder()
            .input("x", 0, CHANNELS, SIZE, SIZE)
            .qdq("x", 0.02f, IntegerType.UINT8, 120);
    build(model, random());
    return model;
  }

  /** Ends in real numbers. */
  byte[] real() {
    return model().anyOutput("y").bytes();
  }

  /** Ends in codes of {@code y}. */
  byte[] quantized(float scale) {
    return model().qdq("y", scale, IntegerType.UINT8, 100).anyOutput("y_dq").bytes();
  }

  float[] images(int batch) {
    return normal(random(), batch * CHANNELS * SIZE * SIZE);
  }

  private Random random() {
    return new Random(name().hashCode());
  }

  /** An integer convolution that keeps the image's size. */
  private static void conv(ModelBuilder model, Random random, String output) {
    weights(model, random, "w", CHANNELS, CHANNELS, 3, 3);
    floats(model, random, "cb", CHANNELS);
    model.node(
        "Conv", List.of("x_dq", "w_dq", "cb"), output, OnnxNodes.integers("pads", 1, 1, 1, 1));
  }

  private static void weights(ModelBuilder model, Random random, String name, long... dims) {
    float[] scales = new float[(int) dims[0]];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = 0.001f + 0.004f * random.nextFloat();
    }
    model.weight(name, dims, 0, scales, random.ints(count(dims), -127, 128).toArray());
  }

  private static void floats(ModelBuilder model, Random random, String name, long... dims) {
    model.floats(name, dims, normal(random, count(dims)));
  }

  private static int count(long... dims) {
    return (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b);
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
