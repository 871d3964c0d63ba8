package org.qat4j.distillation;

import java.util.Objects;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The loss of a student that has labels and a teacher:
 *
 * <pre>(1 - weight) * labelLoss + weight * T^2 * KL(softmax(teacher / T) || softmax(student / T))
 * </pre>
 *
 * <p>Labels are [batch, 2 * classes]: those of the label loss, then the teacher's logits. Labels of
 * [batch, classes] have no teacher and get the label loss alone, so that a network can be scored on
 * ordinary data. Source: Hinton et al. 2015, arXiv:1503.02531, sec. 2, where T^2 keeps the size of
 * the gradients when T changes.
 *
 * @param labelLoss the loss on the labels
 * @param temperature T, more than 0; larger ones soften both distributions
 * @param weight of the teacher, in [0, 1]
 */
public record DistillationLoss(
    @JsonProperty("labelLoss") ILossFunction labelLoss,
    @JsonProperty("temperature") double temperature,
    @JsonProperty("weight") double weight)
    implements ILossFunction {

  @JsonCreator
  public DistillationLoss {
    Objects.requireNonNull(labelLoss, "labelLoss");
    if (!(temperature > 0 && Double.isFinite(temperature))) {
      throw new IllegalArgumentException(
          "temperature must be finite and > 0, got " + temperature + "; 1 to 20 are usual");
    }
    if (!(weight >= 0 && weight <= 1)) {
      throw new IllegalArgumentException("weight of the teacher must be in [0, 1], got " + weight);
    }
  }

  /** Labels and the teacher's logits, side by side. */
  static INDArray join(INDArray labels, INDArray teacherLogits) {
    return Nd4j.concat(1, labels.castTo(teacherLogits.dataType()), teacherLogits);
  }

  private static boolean hasTeacher(INDArray labels, INDArray logits) {
    long classes = logits.size(1);
    if (labels.size(1) != classes && labels.size(1) != 2 * classes) {
      throw new IllegalArgumentException(
          "distillation loss: labels have "
              + labels.size(1)
              + " columns; expected "
              + classes
              + " (ordinary labels) or "
              + 2 * classes
              + " (with the teacher's logits, from Distillation.labels)");
    }
    return labels.size(1) != classes;
  }

  /** Ordinary labels serve to evaluate; training with them would leave the teacher out. */
  private void requireNoTeacher() {
    if (weight > 0) {
      throw new IllegalArgumentException(
          "distillation loss: the labels come without the teacher's logits, which have weight "
              + weight
              + ": fit with Distillation.labels(data), or train without the teacher after"
              + " Distillation.dismiss(network)");
    }
  }

  private static INDArray ordinary(INDArray labels, INDArray logits) {
    return labels.get(NDArrayIndex.all(), NDArrayIndex.interval(0, logits.size(1)));
  }

  private INDArray softenedTeacher(INDArray labels, INDArray logits) {
    INDArray teacher =
        labels.get(NDArrayIndex.all(), NDArrayIndex.interval(logits.size(1), 2 * logits.size(1)));
    return Transforms.softmax(teacher.castTo(logits.dataType()).div(temperature), false);
  }

  /** T^2 * KL of each example, [batch, 1]. */
  private INDArray divergences(INDArray labels, INDArray logits) {
    INDArray teacher = softenedTeacher(labels, logits);
    INDArray student = Nd4j.nn.logSoftmax(logits.div(temperature), 1);
    INDArray logTeacher = Transforms.log(Transforms.max(teacher, Float.MIN_NORMAL), false);
    return teacher.mul(logTeacher.subi(student)).sum(true, 1).muli(temperature * temperature);
  }

  @Override
  public double computeScore(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
    if (!hasTeacher(labels, logits)) {
      return labelLoss.computeScore(labels, logits, activation, mask, average);
    }
    double score =
        labelLoss.computeScore(ordinary(labels, logits), logits, activation, mask, average);
    double divergence =
        masked(divergences(labels, logits), mask).sumNumber().doubleValue()
            / (average ? logits.size(0) : 1);
    return (1 - weight) * score + weight * divergence;
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
    if (!hasTeacher(labels, logits)) {
      return labelLoss.computeScoreArray(labels, logits, activation, mask);
    }
    INDArray scores =
        labelLoss.computeScoreArray(ordinary(labels, logits), logits, activation, mask);
    INDArray divergences = masked(divergences(labels, logits), mask);
    return scores.reshape(divergences.shape()).mul(1 - weight).addi(divergences.muli(weight));
  }

  /** With respect to the student's logits: weight * T * (student - teacher), both softened. */
  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
    if (!hasTeacher(labels, logits)) {
      requireNoTeacher();
      return labelLoss.computeGradient(labels, logits, activation, mask);
    }
    // Of a copy: most of Deeplearning4j's losses leave probabilities where the logits were.
    INDArray gradient =
        labelLoss.computeGradient(ordinary(labels, logits), logits.dup(), activation, mask);
    INDArray student = Transforms.softmax(logits.div(temperature), false);
    INDArray pull = student.subi(softenedTeacher(labels, logits)).muli(weight * temperature);
    return gradient.mul(1 - weight).addi(masked(pull, mask));
  }

  private static INDArray masked(INDArray examples, INDArray mask) {
    return mask == null ? examples : examples.muliColumnVector(mask.castTo(examples.dataType()));
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
    return new Pair<>(
        computeScore(labels, logits, activation, mask, average),
        computeGradient(labels, logits, activation, mask));
  }

  @Override
  public String name() {
    return "DistillationLoss";
  }
}
