package org.qat4j.training.dynamic;

import java.io.Serializable;
import java.util.Optional;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Layer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.layers.recurrent.WeightQuantizing;
import org.qat4j.quantizers.WeightQuantizer;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.training.network.Stage;

/**
 * A layer or vertex to be converted: a stage, or what stands inside one.
 *
 * @param name of what it becomes
 * @param conf Deeplearning4j's configuration of it
 * @param parameters by Deeplearning4j's names; null where it has no such parameter
 */
record Part(Stage stage, String name, Serializable conf, Function<String, INDArray> parameters) {

  /**
   * A whole stage.
   *
   * @param running its layer; null for a vertex without one
   */
  static Part of(Stage stage, Layer running) {
    return new Part(
        stage, stage.name(), stage.conf(), key -> running == null ? null : running.getParam(key));
  }

  /** What a wrapper wraps. */
  Part inside(Serializable wrapped) {
    return new Part(stage, name, wrapped, parameters);
  }

  /** What a wrapper wraps under names of its own. */
  Part inside(Serializable wrapped, String suffix, String prefix) {
    return new Part(stage, name + suffix, wrapped, key -> parameters.apply(prefix + key));
  }

  /** How its weights were rounded in training; empty if they were not. */
  Optional<WeightScheme> trainedScheme() {
    return conf instanceof WeightQuantizing prepared
        ? Optional.of(prepared.getQuantization().weights()).filter(scheme -> !scheme.isReal())
        : Optional.empty();
  }

  /** The scales that training learned for a matrix of weights; null if it learned none. */
  INDArray weightStep(String key) {
    return parameters.apply(WeightQuantizer.STEP + key);
  }

  boolean has(String key) {
    return parameters.apply(key) != null;
  }

  /** A parameter in float32, the network's own or a copy: not to be modified. */
  INDArray parameter(String key) {
    return parameters.apply(key).castTo(DataType.FLOAT);
  }

  /** A row of numbers, or zeros where there is no such parameter. */
  float[] row(String key, long length) {
    return has(key) ? numbers(parameter(key)) : new float[Math.toIntExact(length)];
  }

  /** All numbers in row-major order. */
  static float[] numbers(INDArray array) {
    return array.dup('c').data().asFloat();
  }
}
