package org.qat4j.examples.training;

import java.util.ArrayList;
import java.util.List;

/**
 * How far the training of a job is. Immutable; everything that a checkpoint needs besides the network.
 *
 * @param phase that runs, or ran last
 * @param epoch finished epochs of the phase
 * @param batch finished batches of the epoch that runs
 * @param lossSum sum of loss times images over these batches
 * @param images in these batches
 * @param curve finished epochs of all phases
 * @param seconds spent in each finished or running phase, in order of {@link Phase}
 */
public record Progress(
    Phase phase,
    int epoch,
    int batch,
    double lossSum,
    int images,
    List<CurvePoint> curve,
    List<Double> seconds) {
  public Progress {
    curve = List.copyOf(curve);
    seconds = List.copyOf(seconds);
  }

  /** Nothing is trained yet. */
  public static Progress start() {
    return new Progress(Phase.FLOAT, 0, 0, 0, 0, List.of(), List.of(0.0, 0.0));
  }

  /** The next phase begins. */
  public Progress enter(Phase next) {
    return new Progress(next, 0, 0, 0, 0, curve, seconds);
  }

  Progress afterBatch(double loss, int batchImages, double elapsed) {
    return new Progress(
        phase, epoch, batch + 1, lossSum + loss * batchImages, images + batchImages, curve, spent(elapsed));
  }

  Progress afterEpoch(double testAccuracy, double elapsed) {
    List<CurvePoint> longer = new ArrayList<>(curve);
    longer.add(new CurvePoint(phase, epoch + 1, lossSum / images, testAccuracy));
    return new Progress(phase, epoch + 1, 0, 0, 0, longer, spent(elapsed));
  }

  private List<Double> spent(double elapsed) {
    List<Double> longer = new ArrayList<>(seconds);
    longer.set(phase.ordinal(), longer.get(phase.ordinal()) + elapsed);
    return longer;
  }
}
