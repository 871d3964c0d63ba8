package org.qat4j.layers.recurrent;

import org.qat4j.layers.Quantization;
import org.qat4j.layers.Schedule;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.WeightScheme;

/**
 * Configuration of a layer whose weights may be rounded to codes in training, each matrix with a
 * scale for each of its output columns; its activations stay real.
 */
public interface WeightQuantizing {
  /** Weights stay real too. */
  Quantization REAL =
      new Quantization(WeightScheme.real(), ActivationScheme.observed(8), Schedule.FLOAT);

  /** How weights become codes, and from which iteration on; its activations do not matter. */
  Quantization getQuantization();

  void setQuantization(Quantization quantization);
}
