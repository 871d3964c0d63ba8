package org.qat4j.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qat4j.ChildJvm;
import org.qat4j.graph.Bias;
import org.qat4j.graph.ChannelOp;
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

/** A deployment: this module and what it needs at run time, in a JVM with little heap. */
class SmallHeapTest {
  /** Artifacts of the module's runtime dependencies, as their JAR files begin. */
  private static final List<String> RUNTIME =
      List.of("javacpp-", "dnnl-", "opencl-", "tribuo-util-onnx-", "protobuf-java-", "slf4j-api-");

  @TempDir private Path folder;

  /** conv 5x5 to 20, pool, conv 5x5 to 50, pool, dense 500, dense 10, softmax. */
  private static QuantizedModel leNet() {
    Random random = new Random(5);
    Graph.Builder builder = Graph.builder("lenet").input(Tensor.real("in", Shape.of(1, 28, 28)));
    builder.node("quantize", new ConvertOp.Quantize(), List.of("in"), "q", codes(1f / 255));
    builder.node("conv1", conv(random, 1, 20), List.of("q"), "c1", codes(0.02f));
    builder.node("pool1", pool(), List.of("c1"), "p1", codes(0.02f));
    builder.node("conv2", conv(random, 20, 50), List.of("p1"), "c2", codes(0.1f));
    builder.node("pool2", pool(), List.of("c2"), "p2", codes(0.1f));
    builder.node("flatten", new MoveOp.Flatten(), List.of("p2"), "f", codes(0.1f));
    builder.node("dense", dense(random, 800, 500, Clip.RELU), List.of("f"), "d", codes(0.5f));
    builder.node("output", dense(random, 500, 10, Clip.NONE), List.of("d"), "o", new Tensor.Real());
    builder.node("softmax", new ChannelOp.Softmax(), List.of("o"), "out", new Tensor.Real());
    return new QuantizedModel(builder.build("out"));
  }

  private static Op pool() {
    return new PoolOp.MaxPool(Window.square(2, 2, 0));
  }

  private static Op conv(Random random, int in, int out) {
    Weights weights = weights(random, out, in * 25);
    return new LinearOp.Conv(Window.square(5, 1, 0), 1, weights, new Bias(new int[out]), Clip.RELU);
  }

  private static Op dense(Random random, int in, int out, Clip clip) {
    return new LinearOp.Dense(weights(random, out, in), new Bias(new int[out]), clip);
  }

  private static Weights weights(Random random, int out, int fanIn) {
    byte[] codes = new byte[out * fanIn];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (random.nextInt(255) - 127);
    }
    float[] scales = new float[out];
    Arrays.fill(scales, 0.002f);
    return Weights.symmetric(codes, scales, IntRange.signedNarrow(8));
  }

  private static Tensor.Codes codes(float scale) {
    return new Tensor.Codes(new QuantParams(scale, 0, IntRange.unsigned(8)));
  }

  @Test
  void deployment_withSixtyFourMegabytesAndNoNd4j_loadsAndRunsLeNet() throws Exception {
    Path file = folder.resolve("lenet.onnx");
    QuantizedModel model = leNet();
    model.save(file);
    float[] expected;
    try (InferenceSession session =
        InferenceSession.open(model, SessionOptions.DEFAULT.withBackend("reference"))) {
      expected = session.run(Deployment.images(), Deployment.BATCH);
    }

    List<String> lines = runChild(file);

    assertEquals("nd4j absent", lines.get(0));
    assertEquals("heap of 64 MB", lines.get(1));
    assertEquals(Arrays.toString(expected), lines.get(2), "bit for bit");
    assertEquals(3, lines.size(), lines.toString());
  }

  /** 138 million weights, as in VGG16, are 132 MB: they are there once, and packed for oneDNN. */
  @Test
  void deployment_with256Megabytes_opensAndRunsVgg16() throws Exception {
    assertEquals("1000 results", runLarge(LargeNetwork.vgg16(), 224, "256m"));
  }

  @Test
  void deployment_with64Megabytes_opensAndRunsResNet18() throws Exception {
    assertEquals("1000 results", runLarge(LargeNetwork.resNet18(), 224, "64m"));
  }

  /** A file of few bytes whose one image is larger than the heap. */
  @Test
  void deployment_ofAHugeImage_isRefusedByDefaultAndPlannedWithRoomForIt() throws Exception {
    Graph.Builder graph = Graph.builder("huge").input(Tensor.real("in", Shape.of(1, 11000, 11000)));
    graph.node("quantize", new ConvertOp.Quantize(), List.of("in"), "q", codes(1f / 255));
    graph.node("mean", new PoolOp.GlobalAveragePool(), List.of("q"), "m", codes(1f / 255));
    graph.node("real", new ConvertOp.Dequantize(), List.of("m"), "out", new Tensor.Real());
    Path file = folder.resolve("huge.onnx");
    new QuantizedModel(graph.build("out")).save(file);
    assertTrue(Files.size(file) < 1000, "bytes");

    String refused = runChild(file, "64m", HugeImage.class, "").get(0);
    assertTrue(refused.startsWith("the activations of one image need 605000000 bytes"), refused);
    assertEquals("planned 3 kernels", runChild(file, "2g", HugeImage.class, "").get(0));
  }

  private String runLarge(QuantizedModel model, int pixels, String heap) throws Exception {
    Path file = folder.resolve("large.onnx");
    model.save(file);
    List<String> lines = runChild(file, heap, LargeModel.class, Integer.toString(pixels));
    return lines.get(0);
  }

  private List<String> runChild(Path file) throws IOException, InterruptedException {
    return runChild(file, "64m", Deployment.class, "");
  }

  private List<String> runChild(Path file, String heap, Class<?> program, String argument)
      throws IOException, InterruptedException {
    List<String> command = List.of(program.getName(), file.toString(), argument);
    return ChildJvm.run(folder, heap, classPath(program), Duration.ofMinutes(2), command);
  }

  /**
   * The module's classes, its runtime JAR files, and a folder with the one class that uses them.
   */
  private String classPath(Class<?> program) throws IOException {
    String name = program.getName().replace('.', '/') + ".class";
    Path alone = folder.resolve("classes").resolve(name);
    Files.createDirectories(alone.getParent());
    Files.copy(testClasses().resolve(name), alone, StandardCopyOption.REPLACE_EXISTING);
    return Stream.concat(
            Stream.of(folder.resolve("classes").toString()),
            Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(SmallHeapTest::isDeployed))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Path testClasses() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(Path::of)
        .filter(path -> path.endsWith("test-classes"))
        .findFirst()
        .orElseThrow();
  }

  private static boolean isDeployed(String entry) {
    Path path = Path.of(entry);
    String name = path.getFileName().toString();
    return path.endsWith(Path.of("target", "classes"))
        || RUNTIME.stream().anyMatch(name::startsWith);
  }
}
