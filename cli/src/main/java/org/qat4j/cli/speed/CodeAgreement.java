package org.qat4j.cli.speed;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.LoadOptions;
import org.qat4j.inference.QuantizedModel;

/**
 * The codes of every layer, here and in ONNX Runtime, which runs a copy of the file whose code
 * tensors are all outputs.
 *
 * @param compared codes
 * @param different of them
 * @param firstLayer the first tensor with another code; empty if there is none
 */
record CodeAgreement(long compared, long different, String firstLayer) {
  private static final String PRODUCER = "qat4j";

  /** Codes of all layers at once need much memory, and every image has many. */
  private static final int MOST_IMAGES = 8;

  /** Whether this project wrote the file; its names are then those of the graph's tensors. */
  static boolean isOwn(Path model) throws IOException {
    return ModelProto.parseFrom(Files.readAllBytes(model)).getProducerName().equals(PRODUCER);
  }

  /** Compares the codes of the first images of a call of a file that this project wrote. */
  static CodeAgreement of(ModelCall call) throws IOException {
    QuantizedModel model = QuantizedModel.load(call.model(), new LoadOptions(call.allowFloat()));
    int batch = Math.min(call.batch(), MOST_IMAGES);
    float[] images = Arrays.copyOf(call.readImages(), batch * call.image().elements());
    Path copy = Files.createTempFile("codes", ".onnx");
    try (InferenceSession session = InferenceSession.open(model)) {
      Files.write(copy, withCodesAsOutputs(call.model(), model).toByteArray());
      return compare(session.trace(images, batch), copy, images, call.shape(batch));
    } catch (OrtException e) {
      throw new IllegalStateException(call.model() + ": ONNX Runtime fails on a copy of it", e);
    } finally {
      Files.delete(copy);
    }
  }

  private static ModelProto withCodesAsOutputs(Path file, QuantizedModel loaded)
      throws IOException {
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(file)).toBuilder();
    Set<String> made = new HashSet<>();
    model.getGraph().getNodeList().forEach(node -> made.addAll(node.getOutputList()));
    model.getGraph().getOutputList().forEach(output -> made.remove(output.getName()));
    loaded.graph().tensors().stream()
        .filter(tensor -> tensor.isCodes() && made.contains(tensor.name()))
        .map(tensor -> ValueInfoProto.newBuilder().setName(tensor.name()))
        .forEach(model.getGraphBuilder()::addOutput);
    return model.build();
  }

  private static CodeAgreement compare(
      Map<String, int[]> own, Path copy, float[] images, long[] shape) throws OrtException {
    long compared = 0;
    long different = 0;
    String first = "";
    try (OrtSession session = OnnxRuntime.open(copy, 1);
        OnnxTensor input =
            OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), FloatBuffer.wrap(images), shape);
        OrtSession.Result result =
            session.run(Map.of(session.getInputNames().iterator().next(), input))) {
      for (Map.Entry<String, OnnxValue> each : result) {
        int[] codes = own.get(each.getKey());
        if (codes != null) {
          int others = different(codes, (OnnxTensor) each.getValue());
          compared += codes.length;
          different += others;
          first = first.isEmpty() && others > 0 ? each.getKey() : first;
        }
      }
    }
    return new CodeAgreement(compared, different, first);
  }

  private static int different(int[] codes, OnnxTensor peer) {
    TensorInfo info = peer.getInfo();
    Buffer stored =
        switch (info.type) {
          case INT8, UINT8 -> peer.getByteBuffer();
          case INT16 -> peer.getShortBuffer();
          default -> throw new IllegalStateException("codes of type " + info.type);
        };
    int count = 0;
    for (int i = 0; i < codes.length; i++) {
      // Modulo 2^8 or 2^16, so that signed and unsigned codes compare alike.
      boolean same =
          stored instanceof ByteBuffer bytes
              ? (byte) codes[i] == bytes.get(i)
              : (short) codes[i] == ((ShortBuffer) stored).get(i);
      count += same ? 0 : 1;
    }
    return count;
  }

  /**
   * @throws IllegalStateException if a code differs
   */
  CodeAgreement requireEqual() {
    if (compared == 0) {
      throw new IllegalStateException("no codes to compare");
    }
    if (different > 0) {
      throw new IllegalStateException(
          different + " of " + compared + " codes differ, the first in '" + firstLayer + "'");
    }
    return this;
  }

  @Override
  public String toString() {
    return String.format("%,d of %,d codes differ", different, compared);
  }
}
