package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class LossTest {
  private static final DataSet BATCH =
      new DataSet(
          Nd4j.linspace(DataType.FLOAT, -1, 0.09, 24).reshape(4, 6),
          Nd4j.createFromArray(
              new float[][] {{1, 0.1f, 0}, {0, 1, 0.1f}, {0.1f, 0, 1}, {0.4f, 0.3f, 0.3f}}));

  private static MultiLayerNetwork network(LossFunction loss) {
    return network(loss, b -> {});
  }

  private static MultiLayerNetwork network(
      LossFunction loss, Consumer<NeuralNetConfiguration.Builder> settings) {
    NeuralNetConfiguration.Builder builder =
        new NeuralNetConfiguration.Builder().seed(2).updater(new Sgd(1));
    settings.accept(builder);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            builder
                .list()
                .layer(new DenseLayer.Builder().nOut(5).activation(Activation.RELU).build())
                .layer(new OutputLayer.Builder(loss).nOut(3).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.feedForward(6))
                .build());
    network.init();
    return network;
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void fit_lossThatWorksInPlace_trainsAsTheOriginal(DataType type) {
    MultiLayerNetwork original = network(LossFunction.MSE).convertDataType(type);
    MultiLayerNetwork prepared = Qat.prepare(original, QatConfig.floatingPoint());
    original.fit(BATCH);
    prepared.fit(BATCH);
    assertArrayEquals(
        original.params().ravel().toFloatVector(),
        Qat.restore(prepared, original).params().ravel().toFloatVector(),
        1e-6f);
  }

  /** Listeners and early stopping read the score that fit leaves. */
  @ParameterizedTest(name = "{0}")
  @EnumSource(
      value = LossFunction.class,
      names = {"MSE", "L1", "KL_DIVERGENCE", "MCXENT", "NEGATIVELOGLIKELIHOOD"})
  void score_afterFit_isTheOriginals(LossFunction loss) {
    MultiLayerNetwork original = network(loss);
    MultiLayerNetwork prepared = Qat.prepare(original, QatConfig.floatingPoint());
    for (int step = 0; step < 3; step++) {
      original.fit(BATCH);
      prepared.fit(BATCH);
      assertEquals(original.score(), prepared.score(), 1e-5, "step " + step);
    }
  }

  @Test
  void score_withoutMiniBatch_isTheSumOfTheOriginal() {
    MultiLayerNetwork original =
        network(LossFunction.MCXENT, b -> b.miniBatch(false).l2(0.1).updater(new Sgd(0.1)));
    MultiLayerNetwork prepared = Qat.prepare(original, QatConfig.floatingPoint());
    assertEquals(original.score(BATCH), prepared.score(BATCH), 1e-5, "before");
    original.fit(BATCH);
    prepared.fit(BATCH);
    assertEquals(original.score(), prepared.score(), 1e-5, "after");
  }
}
