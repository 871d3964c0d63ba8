package org.qat4j.inference;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.qat4j.graph.Bias;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Networks of the sizes of well known ones, layers in a row, with random weights. */
final class LargeNetwork {
  private final Random random = new Random(7);
  private final Graph.Builder graph;
  private String last = "q";
  private int count;

  private LargeNetwork(String name) {
    graph = Graph.builder(name).input(Tensor.real("in", Shape.of(3, 224, 224)));
    graph.node("quantize", new ConvertOp.Quantize(), List.of("in"), "q", codes(1f / 255));
  }

  private LargeNetwork conv(int filters, int kernel, int stride) {
    int fanIn = graph.tensor(last).shape().channels() * kernel * kernel;
    Window window = Window.square(kernel, stride, kernel / 2);
    Bias bias = new Bias(new int[filters]);
    return add(new LinearOp.Conv(window, 1, random(filters, fanIn), bias, Clip.RELU), codes(0.1f));
  }

  private LargeNetwork dense(int outputs) {
    int fanIn = graph.tensor(last).shape().elements();
    Bias bias = new Bias(new int[outputs]);
    return add(new LinearOp.Dense(random(outputs, fanIn), bias, Clip.RELU), codes(0.1f));
  }

  private LargeNetwork pool() {
    return add(new PoolOp.MaxPool(Window.square(2, 2, 0)), graph.tensor(last).type());
  }

  private LargeNetwork globalPool() {
    return add(new PoolOp.GlobalAveragePool(), codes(0.1f));
  }

  private LargeNetwork flatten() {
    return add(new MoveOp.Flatten(), graph.tensor(last).type());
  }

  private QuantizedModel model() {
    add(new ConvertOp.Dequantize(), new Tensor.Real());
    return new QuantizedModel(graph.build(last));
  }

  private LargeNetwork add(Op op, Tensor.Type type) {
    String name = "layer" + count++;
    graph.node(name, op, List.of(last), name, type);
    last = name;
    return this;
  }

  private Weights random(int out, int fanIn) {
    byte[] bytes = new byte[out * fanIn];
    random.nextBytes(bytes);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = bytes[i] == -128 ? 0 : bytes[i];
    }
    float[] scales = new float[out];
    Arrays.fill(scales, 0.002f);
    return Weights.symmetric(bytes, scales, IntRange.signedNarrow(8));
  }

  private static Tensor.Codes codes(float scale) {
    return new Tensor.Codes(new QuantParams(scale, 0, IntRange.unsigned(8)));
  }

  static QuantizedModel vgg16() {
    LargeNetwork network = new LargeNetwork("vgg16");
    for (int[] block : new int[][] {{64, 2}, {128, 2}, {256, 3}, {512, 3}, {512, 3}}) {
      for (int i = 0; i < block[1]; i++) {
        network.conv(block[0], 3, 1);
      }
      network.pool();
    }
    return network.flatten().dense(4096).dense(4096).dense(1000).model();
  }

  /** The convolutions of ResNet-18 in a row: as many weights, without the sums. */
  static QuantizedModel resNet18() {
    LargeNetwork network = new LargeNetwork("resnet18").conv(64, 7, 2).pool();
    for (int filters : new int[] {64, 128, 256, 512}) {
      network.conv(filters, 3, filters == 64 ? 1 : 2);
      network.conv(filters, 3, 1).conv(filters, 3, 1).conv(filters, 3, 1);
    }
    return network.globalPool().flatten().dense(1000).model();
  }

  /**
   * Writes the files for measurements.
   *
   * @param args folder
   */
  public static void main(String[] args) throws IOException {
    vgg16().save(Path.of(args[0], "vgg16.onnx"));
    resNet18().save(Path.of(args[0], "resnet18.onnx"));
  }
}
