package org.qat4j.kernels;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The kernels of one layer: for each operation the preferred family that has it, for the layer's
 * data type and the ND4J backend that runs.
 */
public final class TrainingKernels {
  private static final List<KernelFamily> FAMILIES =
      ServiceLoader.load(KernelFamily.class, TrainingKernels.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .sorted(Comparator.comparingInt(KernelFamily::preference).reversed())
          .toList();

  private final DataType type;
  private final Map<String, String> chosen = new LinkedHashMap<>();

  private TrainingKernels(DataType type) {
    this.type = type;
  }

  /** All families on the class path, the preferred ones first and the reference last. */
  public static List<KernelFamily> families() {
    return FAMILIES;
  }

  /** Those that work on arrays of that type here. */
  public static List<KernelFamily> present(DataType type) {
    return FAMILIES.stream().filter(family -> family.absence(type).isEmpty()).toList();
  }

  /** For a layer that computes in that type. */
  public static TrainingKernels of(DataType type) {
    return new TrainingKernels(type);
  }

  /** The family of each operation that was asked for, by the operation's name. */
  public Map<String, String> chosen() {
    return Map.copyOf(chosen);
  }

  public Linear convolution(ConvolutionLayer layer) {
    return choose("convolution", family -> family.convolution(layer));
  }

  public Linear dense() {
    return choose("dense", KernelFamily::dense);
  }

  public Normalization normalization(double epsilon) {
    return choose("normalization", family -> family.normalization(epsilon));
  }

  public Rounding rounding() {
    return choose("rounding", KernelFamily::rounding);
  }

  public Pooling maxPooling(SubsamplingLayer layer) {
    return choose("max pooling", family -> family.maxPooling(layer));
  }

  public Pooling averagePooling(SubsamplingLayer layer) {
    return choose("average pooling", family -> family.averagePooling(layer));
  }

  public Pooling globalAverage() {
    return choose("global average", KernelFamily::globalAverage);
  }

  public Merging sum() {
    return choose("sum", KernelFamily::sum);
  }

  public Merging concatenation() {
    return choose("concatenation", KernelFamily::concatenation);
  }

  /** A recurrent layer that takes no masks. */
  public Recurrence recurrence(Cell cell) {
    return choose("recurrence", family -> family.recurrence(cell, false));
  }

  /** A recurrent layer that takes masks. */
  public Recurrence maskedRecurrence(Cell cell) {
    return choose("masked recurrence", family -> family.recurrence(cell, true));
  }

  public Softmax softmax() {
    return choose("softmax", KernelFamily::softmax);
  }

  private <K> K choose(String operation, Function<KernelFamily, Optional<K>> kernel) {
    for (KernelFamily family : present(type)) {
      Optional<K> made = kernel.apply(family);
      if (made.isPresent()) {
        chosen.put(operation, family.name());
        return made.get();
      }
    }
    throw new IllegalStateException(
        "no training kernel for " + operation + " of " + type + " arrays: " + reasons());
  }

  private String reasons() {
    return FAMILIES.stream()
        .map(family -> family.name() + ": " + family.absence(type).orElse("does not have it"))
        .collect(Collectors.joining("; "));
  }
}
