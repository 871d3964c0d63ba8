package org.qat4j.training.forms;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.qat4j.layers.LossOnCopy;
import org.qat4j.training.network.Stage;

/** An output layer: a dense layer, whose logits have codes, and a loss on their real values. */
final class OutputForm extends Form<OutputLayer> {
  OutputForm() {
    super(OutputLayer.class);
  }

  @Override
  boolean isEnd() {
    return true;
  }

  @Override
  void prepare(Stage stage, Draft draft) {
    OutputLayer output = conf(stage);
    LossForm.requireSupported(stage, output.getActivationFn());
    String logits = draft.freeName(stage.name() + "_logits");
    LinearForm.addBlock(
        stage,
        new Stage(logits, stage.index(), output, stage.preprocessor(), stage.inputs()),
        dense(output),
        Origin.of(stage),
        draft);
    LossLayer loss = loss(output, stage.name());
    draft.passing(stage, new Stage(stage.name(), stage.index(), loss, null, List.of(logits)));
  }

  private static DenseLayer dense(OutputLayer output) {
    DenseLayer dense = new DenseLayer.Builder().hasBias(output.hasBias()).build();
    LinearForm.copySettings(output, dense);
    dense.setActivationFn(new ActivationIdentity());
    dense.setConstraints(output.getConstraints());
    dense.setIDropout(output.getIDropout());
    dense.setWeightNoise(output.getWeightNoise());
    return dense;
  }

  private static LossLayer loss(OutputLayer output, String name) {
    LossLayer loss = new LossOnCopy(output.getLossFn(), output.getActivationFn());
    loss.setLayerName(name);
    LinearForm.copySettings(output, loss);
    loss.setNIn(output.getNOut());
    return loss;
  }
}
