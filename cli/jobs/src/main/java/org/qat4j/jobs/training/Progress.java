package org.qat4j.jobs.training;

import java.util.ArrayList;
import java.util.List;

/**
 * How far the training of a job is. Immutable; everything that a checkpoint needs besides the
 * network.
 *
 * @param phase that runs, or ran last
 * @param epoch finished epochs of the phase
 * @param batch finished batches of the epoch that runs
 * @param lossSum sum of loss times images over these batches
 * @param images in these batches
 * @param curve finished epochs of all phases
 * @param floatSeconds spent in the float phase
 * @param qatSeconds spent in the QAT phase
 */
public record Progress(
    Phase phase,
    int epoch,
    int batch,
    double lossSum,
    int images,
    List<CurvePoint> curve,
    double floatSeconds,
    double qatSeconds) {
  public Progress {
    curve = List.copyOf(curve);
  }

  /** Nothing is trained yet. */
  public static Progress start() {
    return new Progress(Phase.FLOAT, 0, 0, 0, 0, List.of(), 0, 0);
  }

  /** The next phase begins. */
  public Progress enter(Phase next) {
    return new Progress(next, 0, 0, 0, 0, curve, floatSeconds, qatSeconds);
  }

  Progress afterBatch(double loss, int batchImages, double elapsed) {
    return at(epoch, batch + 1, lossSum + loss * batchImages, images + batchImages, curve, elapsed);
  }

  Progress afterEpoch(double testAccuracy, double elapsed) {
    List<CurvePoint> longer = new ArrayList<>(curve);
    longer.add(new CurvePoint(phase, epoch + 1, lossSum / images, testAccuracy));
    return at(epoch + 1, 0, 0, 0, longer, elapsed);
  }

  private Progress at(
      int nextEpoch,
      int nextBatch,
      double sum,
      int count,
      List<CurvePoint> points,
      double elapsed) {
    boolean qat = phase == Phase.QAT;
    return new Progress(
        phase,
        nextEpoch,
        nextBatch,
        sum,
        count,
        points,
        floatSeconds + (qat ? 0 : elapsed),
        qatSeconds + (qat ? elapsed : 0));
  }
}
