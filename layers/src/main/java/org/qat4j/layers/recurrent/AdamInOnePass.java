package org.qat4j.layers.recurrent;

import java.nio.FloatBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.AdamUpdater;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.qat4j.kernels.ChannelsLast;

/**
 * Adam (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1, in the order of section 2's end) as
 * Deeplearning4j has it, in a loop that the compiler makes vectors of: ND4J's takes 5 ns for each
 * parameter, and word models have many.
 */
public final class AdamInOnePass extends Adam {
  private static final long serialVersionUID = 1L;

  /** Parameters at a time: little enough for the nearest cache. */
  private static final int CHUNK = 1024;

  /** For deserialization. */
  @JsonCreator
  public AdamInOnePass(
      @JsonProperty("learningRate") double learningRate,
      @JsonProperty("learningRateSchedule") ISchedule schedule,
      @JsonProperty("beta1") double beta1,
      @JsonProperty("beta2") double beta2,
      @JsonProperty("epsilon") double epsilon) {
    super(learningRate, beta1, beta2, epsilon);
    setLearningRateSchedule(schedule);
  }

  /** The same updater in one pass, if it is Adam. */
  static IUpdater of(IUpdater updater) {
    return updater != null && updater.getClass() == Adam.class
        ? copy((Adam) updater.clone())
        : updater;
  }

  private static AdamInOnePass copy(Adam adam) {
    return new AdamInOnePass(
        adam.getLearningRate(),
        adam.getLearningRateSchedule(),
        adam.getBeta1(),
        adam.getBeta2(),
        adam.getEpsilon());
  }

  @Override
  public AdamInOnePass clone() {
    return copy(this);
  }

  @Override
  @SuppressWarnings("rawtypes") // As ND4J declares it.
  public GradientUpdater instantiate(INDArray state, boolean initialize) {
    Running updater = new Running(this);
    INDArray flat = state.reshape(state.length());
    updater.setStateViewArray(flat, new long[] {flat.length() / 2}, flat.ordering(), initialize);
    return updater;
  }

  private static final class Running extends AdamUpdater {
    Running(Adam config) {
      super(config);
    }

    @Override
    public void applyUpdater(INDArray gradient, int iteration, int epoch) {
      INDArray[] arrays = {gradient, getM(), getV()};
      for (INDArray array : arrays) {
        if (!isFloatsInMemory(array)) {
          super.applyUpdater(gradient, iteration, epoch);
          return;
        }
      }
      Adam adam = getConfig();
      double rate =
          adam.getLearningRate(iteration, epoch)
              * Math.sqrt(1 - Math.pow(adam.getBeta2(), iteration + 1))
              / (1 - Math.pow(adam.getBeta1(), iteration + 1));
      new Chunk((float) rate, adam).update(gradient, getM(), getV());
    }

    /** A buffer of more than 2 GiB cannot be seen whole. */
    private static boolean isFloatsInMemory(INDArray array) {
      return array.dataType() == DataType.FLOAT
          && ChannelsLast.isInRowOrder(array)
          && array.offset() + array.length() <= Integer.MAX_VALUE / Float.BYTES;
    }
  }

  /** A few parameters at a time, on the heap: loops over memory outside are not vectorized. */
  private static final class Chunk {
    private final float rate;
    private final float beta1;
    private final float beta2;
    private final float epsilon;
    private final float[] gradient = new float[CHUNK];
    private final float[] mean = new float[CHUNK];
    private final float[] square = new float[CHUNK];

    Chunk(float rate, Adam adam) {
      this.rate = rate;
      beta1 = (float) adam.getBeta1();
      beta2 = (float) adam.getBeta2();
      epsilon = (float) adam.getEpsilon();
    }

    void update(INDArray gradients, INDArray means, INDArray squares) {
      FloatBuffer g = gradients.data().asNioFloat();
      FloatBuffer m = means.data().asNioFloat();
      FloatBuffer v = squares.data().asNioFloat();
      int length = (int) gradients.length();
      for (int from = 0; from < length; from += CHUNK) {
        int count = Math.min(CHUNK, length - from);
        g.get(g.position() + from, gradient, 0, count);
        m.get(m.position() + from, mean, 0, count);
        v.get(v.position() + from, square, 0, count);
        step(count);
        g.put(g.position() + from, gradient, 0, count);
        m.put(m.position() + from, mean, 0, count);
        v.put(v.position() + from, square, 0, count);
      }
    }

    private void step(int count) {
      for (int i = 0; i < count; i++) {
        mean[i] = beta1 * mean[i] + (1 - beta1) * gradient[i];
        square[i] = beta2 * square[i] + (1 - beta2) * gradient[i] * gradient[i];
        gradient[i] = rate * mean[i] / ((float) Math.sqrt(square[i]) + epsilon);
      }
    }
  }
}
