package org.qat4j.distillation;

import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Trains a prepared network towards the answers of the float network as well as towards the labels.
 *
 * <pre>{@code
 * Distillation distillation = Distillation.of(network, 4, 0.7);
 * MultiLayerNetwork qat = distillation.teach(Qat.prepare(network, QatConfig.int8()));
 * qat.fit(distillation.labels(trainingData), 2);
 * }</pre>
 *
 * <p>Evaluate, score and convert as ever, with the ordinary data: what was trained, saved or
 * converted holds nothing of the teacher. {@link DistillationLoss} has the formula.
 */
public final class Distillation {
  private final UnaryOperator<INDArray> teacher;
  private final double temperature;
  private final double weight;

  private Distillation(UnaryOperator<INDArray> teacher, double temperature, double weight) {
    this.teacher = teacher;
    this.temperature = temperature;
    this.weight = weight;
  }

  /**
   * Distillation from a trained network, usually the one that the student is prepared from.
   *
   * @param teacher with a softmax output; it is not changed
   * @param temperature that softens both networks' answers, more than 0
   * @param weight of the teacher in the loss, in [0, 1]; the labels have the rest
   * @throws IllegalArgumentException if a number is out of range or the output is not softmax
   */
  public static Distillation of(MultiLayerNetwork teacher, double temperature, double weight) {
    requireSoftmax("teacher", output(teacher));
    return new Distillation(images -> teacher.output(images, false), temperature, weight);
  }

  /** As {@link #of(MultiLayerNetwork, double, double)}. */
  public static Distillation of(ComputationGraph teacher, double temperature, double weight) {
    requireSoftmax("teacher", output(teacher));
    return new Distillation(images -> teacher.outputSingle(false, images), temperature, weight);
  }

  /**
   * Gives a student the loss for labels that {@link #labels} makes.
   *
   * @param student a prepared network with a softmax output; changed
   * @return the same network
   * @throws IllegalArgumentException if it does not end in a loss layer on softmax
   */
  public MultiLayerNetwork teach(MultiLayerNetwork student) {
    teach(output(student));
    return student;
  }

  /** As {@link #teach(MultiLayerNetwork)}. */
  public ComputationGraph teach(ComputationGraph student) {
    teach(output(student));
    return student;
  }

  private void teach(Layer output) {
    requireSoftmax("student", output);
    if (!(output instanceof LossLayer loss)) {
      throw new IllegalArgumentException(
          "student: output layer '"
              + output.getLayerName()
              + "' ("
              + output.getClass().getSimpleName()
              + ") checks the width of its labels, which must hold the teacher's logits too; expected a LossLayer, as"
              + " in what Qat.prepare returns");
    }
    ILossFunction labelLoss =
        loss.getLossFn() instanceof DistillationLoss old ? old.labelLoss() : loss.getLossFn();
    loss.setLossFn(new DistillationLoss(labelLoss, temperature, weight));
  }

  /**
   * Takes the teacher away, so that a student trains on with ordinary labels.
   *
   * @param student that {@link #teach} changed, or another network; changed
   * @return the same network
   */
  public static MultiLayerNetwork dismiss(MultiLayerNetwork student) {
    dismiss(output(student));
    return student;
  }

  /** As {@link #dismiss(MultiLayerNetwork)}. */
  public static ComputationGraph dismiss(ComputationGraph student) {
    dismiss(output(student));
    return student;
  }

  private static void dismiss(Layer output) {
    if (output instanceof LossLayer loss && loss.getLossFn() instanceof DistillationLoss taught) {
      loss.setLossFn(taught.labelLoss());
    }
  }

  /**
   * The same data with the teacher's logits behind the labels. The teacher runs when a batch is
   * read.
   *
   * @param data features as both networks take them, labels [batch, classes]
   */
  public DataSetIterator labels(DataSetIterator data) {
    return new TaughtIterator(data, this::labels);
  }

  /**
   * As {@link #labels(DataSetIterator)}, for one batch.
   *
   * @return a new data set with labels [batch, 2 * classes]; the given one is not changed
   */
  public DataSet labels(DataSet data) {
    INDArray logits = logits(data.getFeatures());
    if (data.getLabels().size(1) != logits.size(1)) {
      throw new IllegalArgumentException(
          "labels have "
              + data.getLabels().size(1)
              + " classes, the teacher has "
              + logits.size(1)
              + "; expected the same");
    }
    return new DataSet(
        data.getFeatures(),
        DistillationLoss.join(data.getLabels(), logits),
        data.getFeaturesMaskArray(),
        data.getLabelsMaskArray());
  }

  /** Logits up to a constant for each image, which softmax does not see: log-probabilities. */
  private INDArray logits(INDArray images) {
    INDArray probabilities = teacher.apply(images);
    return Transforms.log(Transforms.max(probabilities, Float.MIN_NORMAL), false);
  }

  private static Layer output(MultiLayerNetwork network) {
    return network.getOutputLayer().conf().getLayer();
  }

  private static Layer output(ComputationGraph network) {
    return network.getOutputLayer(0).conf().getLayer();
  }

  private static void requireSoftmax(String role, Layer output) {
    IActivation activation =
        output instanceof LossLayer loss
            ? loss.getActivationFn()
            : output instanceof BaseOutputLayer dense ? dense.getActivationFn() : null;
    if (!(activation instanceof ActivationSoftmax)) {
      throw new IllegalArgumentException(
          role
              + ": output layer '"
              + output.getLayerName()
              + "' has activation '"
              + activation
              + "'; distillation compares class probabilities, so use softmax");
    }
  }
}
