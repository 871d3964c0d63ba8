package org.qat4j.training.forms;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.qat4j.layers.Activations;
import org.qat4j.training.network.Stage;

/** Which layers of the original network read which tensors. */
final class Readers {
  private final Map<String, List<Stage>> byTensor;

  Readers(List<Stage> original) {
    byTensor =
        original.stream()
            .flatMap(stage -> stage.inputs().stream().map(input -> Map.entry(input, stage)))
            .collect(
                Collectors.groupingBy(
                    Map.Entry::getKey,
                    Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
  }

  List<Stage> of(String tensor) {
    return byTensor.getOrDefault(tensor, List.of());
  }

  /** What a linear layer can absorb: batch normalization, activation, or both. */
  Chain chainBehind(Stage stage) {
    Optional<Stage> norm = followed(stage, BatchNormalization.class);
    return new Chain(norm, activationBehind(norm.orElse(stage)).activation());
  }

  /** What any layer with a range of its own can absorb: the activation. */
  Chain activationBehind(Stage stage) {
    Chain behind = new Chain(Optional.empty(), followed(stage, ActivationLayer.class));
    return behind.function().filter(Activations::isFusible).isPresent() ? behind : Chain.NONE;
  }

  /** The only reader of a stage's output, if it is of that type and nothing reshapes between. */
  private Optional<Stage> followed(Stage stage, Class<?> type) {
    List<Stage> readers = of(stage.name());
    return readers.size() == 1
            && readers.get(0).conf().getClass() == type
            && readers.get(0).preprocessor() == null
        ? Optional.of(readers.get(0))
        : Optional.empty();
  }
}
