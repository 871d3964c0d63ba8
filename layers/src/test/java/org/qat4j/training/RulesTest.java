package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.layers.Schedule;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.testnets.TestNetworks;

/** Which layers rules reach, and what prepare refuses before any training. */
class RulesTest {

  private static Map<String, String> weights(QatConfig config) {
    return Qat.summarize(Qat.prepare(TestNetworks.residual(3), config)).stream()
        .filter(layer -> !layer.weights().isEmpty())
        .collect(Collectors.toMap(LayerSummary::name, LayerSummary::weights));
  }

  private static QatConfig.Builder fourBits() {
    return QatConfig.builder().weights(WeightScheme.uniform(4));
  }

  @Test
  void prepare_ruleByType_holdsForThatTypeOnly() {
    LayerSelector convolutions = new LayerSelector.OfType(ConvolutionLayer.class);
    QatConfig config = fourBits().weights(convolutions, WeightScheme.powerOfTwo(3)).build();
    String shifts = WeightScheme.powerOfTwo(3).toString();
    assertEquals(
        Map.of(
            "stem",
            shifts,
            "a",
            shifts,
            "b",
            shifts,
            "out_logits",
            WeightScheme.uniform(4).toString()),
        weights(config));
  }

  @Test
  void prepare_firstAndLast_haveBitsOfTheirOwn() {
    String eight = WeightScheme.uniform(8).toString();
    String four = WeightScheme.uniform(4).toString();
    assertEquals(
        Map.of("stem", eight, "a", four, "b", four, "out_logits", eight),
        weights(fourBits().firstAndLast(8).build()));
  }

  @Test
  void summarize_exemptLayer_saysSoAndNamesItsSchemes() {
    QatConfig config =
        QatConfig.builder().activations(ActivationScheme.lsq(4)).exempt("stem").build();
    LayerSummary stem =
        Qat.summarize(Qat.prepare(TestNetworks.residual(3), config)).stream()
            .filter(layer -> layer.name().equals("stem"))
            .findFirst()
            .orElseThrow();
    assertTrue(stem.reason().startsWith("exempt: a rule leaves its weights real"), stem.reason());
    assertEquals("float32", stem.weights());
    assertEquals(ActivationScheme.lsq(4).toString(), stem.activations());
  }

  private static MultiLayerNetwork network(
      org.deeplearning4j.nn.conf.layers.Layer first, InputType input, int classes) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(first)
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(classes)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(input)
                .build());
    network.init();
    return network;
  }

  @Test
  void prepare_exemptSeparableConvolution_leavesBothHalvesReal() {
    SeparableConvolution2D separable =
        new SeparableConvolution2D.Builder(3, 3).nOut(4).activation(Activation.RELU).build();
    separable.setLayerName("separable");
    MultiLayerNetwork network = network(separable, InputType.convolutional(6, 6, 2), 3);
    QatConfig config = QatConfig.builder().exempt(SeparableConvolution2D.class).build();
    assertEquals(
        2,
        Qat.summarize(Qat.prepare(network, config)).stream()
            .filter(layer -> layer.weights().equals("float32"))
            .count());
  }

  private static DenseLayer dense(int outputs) {
    return new DenseLayer.Builder().name("wide").nOut(outputs).activation(Activation.RELU).build();
  }

  @Test
  void prepare_moreProductsThanInt32Holds_isRefused() {
    MultiLayerNetwork fits = network(dense(2), InputType.feedForward(66_311), 2);
    Qat.prepare(fits, QatConfig.int8());
    MultiLayerNetwork wide = network(dense(2), InputType.feedForward(66_312), 2);
    String message = refusal(wide, QatConfig.int8());
    assertTrue(
        message.contains(
            "the int32 accumulator could overflow: 66312 products of up to 32385; use fewer bits or"
                + " split the layer"),
        message);
    assertTrue(message.contains("layer 'wide'"), message);
    Qat.prepare(wide, QatConfig.builder().weights(WeightScheme.uniform(7)).build());
    Qat.prepare(wide, QatConfig.builder().weights(WeightScheme.uniform(16)).build());
    Qat.prepare(wide, QatConfig.builder().exempt("wide").build());
  }

  private static String refusal(MultiLayerNetwork network, QatConfig config) {
    return assertThrows(IllegalArgumentException.class, () -> Qat.prepare(network, config))
        .getMessage();
  }

  @Test
  void prepare_groupsThatDoNotDivideTheClasses_areRefused() {
    MultiLayerNetwork network = network(dense(4), InputType.feedForward(5), 3);
    QatConfig config = QatConfig.builder().weights(WeightScheme.uniform(8).perGroup(2)).build();
    String message = refusal(network, config);
    assertTrue(
        message.contains("3 output channels cannot be shared out evenly to 2 groups"), message);
  }

  @Test
  void prepare_oneBitLogits_areRefused() {
    MultiLayerNetwork network = network(dense(4), InputType.feedForward(5), 3);
    LayerSelector output = new LayerSelector.OfType(OutputLayer.class);
    QatConfig config = QatConfig.builder().activations(output, ActivationScheme.lsq(1)).build();
    assertTrue(refusal(network, config).contains("1-bit symmetric codes hold 0"));
  }

  @Test
  void prepare_exemptionOfLayersWithoutWeights_isRefused() {
    QatConfig config = QatConfig.builder().exempt(ActivationLayer.class).build();
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> Qat.prepare(TestNetworks.residual(3), config));
    assertTrue(
        error.getMessage().startsWith("no layer with weights matches the exemption of type"),
        error.getMessage());
  }

  /** Evaluation after an epoch may come exactly between warm-up and the first quantized step. */
  @Test
  void output_rightAfterWarmUp_isWhatConverts() {
    QatConfig config =
        QatConfig.builder()
            .weightBits(3)
            .activationBits(4)
            .schedule(new Schedule(3, Schedule.NEVER, Schedule.NEVER))
            .build();
    ComputationGraph network = Qat.prepare(TestNetworks.residual(3), config);
    for (int i = 0; i < 3; i++) {
      network.fit(TestNetworks.data(i, 16, DataType.FLOAT));
    }
    INDArray images = TestNetworks.data(77, 8, DataType.FLOAT).getFeatures();
    float[] own = network.outputSingle(images).dup('c').data().asFloat();
    QuantizedModel model = Qat.convert(network);
    try (InferenceSession session = InferenceSession.open(model)) {
      assertArrayEquals(session.run(images.dup('c').data().asFloat(), 8), own, 1e-6f);
    }
  }
}
