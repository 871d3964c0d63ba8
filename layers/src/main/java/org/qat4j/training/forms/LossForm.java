package org.qat4j.training.forms;

import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Tensor;
import org.qat4j.training.network.Stage;

/** A loss on real values, behind the last codes. */
final class LossForm extends PassingForm<LossLayer> {
  LossForm() {
    super(
        LossLayer.class,
        Description.Scale.NONE,
        "exempt: it works on real values, after the last code");
  }

  @Override
  LossLayer supported(Stage stage, LossLayer loss) {
    requireSupported(stage, loss.getActivationFn());
    return loss;
  }

  static void requireSupported(Stage stage, IActivation activation) {
    if (!(activation instanceof ActivationSoftmax || activation instanceof ActivationIdentity)) {
      throw new UnsupportedLayerException(
          stage,
          "has output activation '"
              + activation
              + "'; use softmax or identity. A sigmoid can stand in a DenseLayer in front of a"
              + " LossLayer with identity");
    }
  }

  @Override
  String convert(Stage stage, Layer running, List<String> inputs, Graph.Builder graph) {
    String name = stage.name();
    boolean softmax = prepared(stage).getActivationFn() instanceof ActivationSoftmax;
    String real = softmax ? graph.freeName(inputs.get(0) + "_real") : name;
    graph.node(real, new ConvertOp.Dequantize(), inputs, real, new Tensor.Real());
    if (softmax) {
      graph.node(name, new ChannelOp.Softmax(), List.of(real), name, new Tensor.Real());
    }
    return name;
  }
}
