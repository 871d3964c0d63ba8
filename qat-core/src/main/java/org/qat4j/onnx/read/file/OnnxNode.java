package org.qat4j.onnx.read.file;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;
import java.util.Optional;
import org.qat4j.onnx.OnnxFormatException;

/**
 * A node of a file that is being read: typed access to its inputs and attributes, and errors that
 * name it.
 *
 * @param proto as in the file
 * @param source name of the file, for messages
 */
public record OnnxNode(NodeProto proto, String source) {

  public String op() {
    return proto.getOpType();
  }

  /** Its name, or one made of its operator and output where it has none. */
  public String name() {
    return proto.getName().isEmpty() ? op() + "_" + output() : proto.getName();
  }

  /** Name of the first output. */
  public String output() {
    return output(0);
  }

  /** Name of an output, empty where it is left out. */
  public String output(int index) {
    return index < proto.getOutputCount() ? proto.getOutput(index) : "";
  }

  public int inputCount() {
    return proto.getInputCount();
  }

  /** Name of an input, empty where it is left out. */
  public String input(int index) {
    return index < proto.getInputCount() ? proto.getInput(index) : "";
  }

  public boolean hasInput(int index) {
    return !input(index).isEmpty();
  }

  public long integer(String name, long otherwise) throws OnnxFormatException {
    Optional<AttributeProto> attribute = attribute(name, AttributeType.INT);
    return attribute.isPresent() ? attribute.get().getI() : otherwise;
  }

  public float real(String name, float otherwise) throws OnnxFormatException {
    Optional<AttributeProto> attribute = attribute(name, AttributeType.FLOAT);
    return attribute.isPresent() ? attribute.get().getF() : otherwise;
  }

  public String text(String name, String otherwise) throws OnnxFormatException {
    Optional<AttributeProto> attribute = attribute(name, AttributeType.STRING);
    return attribute.isPresent() ? attribute.get().getS().toStringUtf8() : otherwise;
  }

  /** A list attribute of sizes, each in [0, 2^20]. */
  public Optional<int[]> sizes(String name, int length) throws OnnxFormatException {
    Optional<AttributeProto> attribute = attribute(name, AttributeType.INTS);
    if (attribute.isEmpty()) {
      return Optional.empty();
    }
    if (attribute.get().getIntsCount() != length) {
      throw error(
          "attribute '"
              + name
              + "' has "
              + attribute.get().getIntsCount()
              + " values, expected "
              + length
              + ": only 2-D images are supported");
    }
    int[] sizes = new int[length];
    for (int i = 0; i < length; i++) {
      long value = attribute.get().getInts(i);
      if (value < 0 || value > FormatLimits.WINDOW) {
        throw error(
            "attribute '" + name + "' holds " + value + ", expected 0.." + FormatLimits.WINDOW);
      }
      sizes[i] = (int) value;
    }
    return Optional.of(sizes);
  }

  /** A list attribute of integers. */
  public Optional<List<Long>> numbers(String name) throws OnnxFormatException {
    return attribute(name, AttributeType.INTS).map(AttributeProto::getIntsList);
  }

  public Optional<AttributeProto> attribute(String name) {
    return proto.getAttributeList().stream().filter(a -> a.getName().equals(name)).findFirst();
  }

  private Optional<AttributeProto> attribute(String name, AttributeType type)
      throws OnnxFormatException {
    Optional<AttributeProto> attribute = attribute(name);
    if (attribute.isPresent() && attribute.get().getType() != type) {
      throw error(
          "attribute '" + name + "' has type " + attribute.get().getType() + ", expected " + type);
    }
    return attribute;
  }

  public void requireInputs(int least, int most) throws OnnxFormatException {
    if (inputCount() < least || inputCount() > most) {
      String expected = least == most ? Integer.toString(least) : least + " to " + most;
      throw error("has " + inputCount() + " inputs, expected " + expected);
    }
    for (int i = 0; i < least; i++) {
      if (!hasInput(i)) {
        throw error("input " + i + " is left out, but it is not optional");
      }
    }
  }

  public OnnxFormatException error(String what) {
    return new OnnxFormatException(where() + what);
  }

  /** The error of a graph operation that refused what this node asks for. */
  public OnnxFormatException error(RuntimeException cause) {
    Throwable reason = cause.getCause() == null ? cause : cause.getCause();
    return new OnnxFormatException(where() + reason.getMessage(), cause);
  }

  private String where() {
    return source + ": node '" + name() + "' (" + op() + "): ";
  }
}
