package org.qat4j.cli.speed;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.qat4j.graph.Shape;

/**
 * One call of a model file: from an array to an array.
 *
 * @param model file with one float32 input and one float32 output
 * @param allowFloat whether this project may run in float32 what is not quantized
 * @param image shape of one input
 * @param images {@link RawFloats} of {@code [batch, image]}, read by the engines when they start
 * @param batch images of the call
 * @param threads that share the call
 */
public record ModelCall(
    Path model, boolean allowFloat, Shape image, Path images, int batch, int threads) {

  /**
   * The images.
   *
   * @throws IOException if the file holds another number of them
   */
  float[] readImages() throws IOException {
    float[] values = RawFloats.read(images);
    int needed = Math.multiplyExact(batch, image.elements());
    if (values.length != needed) {
      throw new IOException(
          images + " holds " + values.length + " numbers, " + needed + " are needed");
    }
    return values;
  }

  /** Starts a process that is ready to make this call. */
  public EngineProcess on(ModelRuntime runtime, String name) throws IOException {
    List<String> arguments =
        List.of(
            runtime.name(),
            model.toString(),
            Boolean.toString(allowFloat),
            String.join(",", IntStream.of(image.dims()).mapToObj(Integer::toString).toList()),
            images.toString(),
            Integer.toString(batch),
            Integer.toString(threads));
    return new EngineProcess(
        name, Map.of(), ChildJvm.inheritedOptions(), ModelCall.class, arguments);
  }

  /** The process that {@link #on} starts. */
  public static void main(String[] args) throws Exception {
    int[] dims = List.of(args[3].split(",")).stream().mapToInt(Integer::parseInt).toArray();
    ModelCall call =
        new ModelCall(
            Path.of(args[1]),
            Boolean.parseBoolean(args[2]),
            Shape.of(dims),
            Path.of(args[4]),
            Integer.parseInt(args[5]),
            Integer.parseInt(args[6]));
    EngineServer.serve(() -> call.engine(ModelRuntime.valueOf(args[0])));
  }

  private Engine engine(ModelRuntime runtime) throws IOException, OrtException {
    float[] values = readImages();
    return switch (runtime) {
      case QAT4J -> new Qat4jEngine(model, allowFloat, values, batch, threads);
      case ONNXRUNTIME -> new OrtEngine(model, values, shape(batch), threads);
    };
  }

  /** {@code [images, image]}. */
  long[] shape(int images) {
    LongStream dims = IntStream.of(image.dims()).asLongStream();
    return LongStream.concat(LongStream.of(images), dims).toArray();
  }
}
