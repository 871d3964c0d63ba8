package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CacheMode;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.distribution.ConstantDistribution;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.weightnoise.WeightNoise;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.qat4j.testnets.LayerNetworks;
import org.qat4j.testnets.TestNetworks;

/**
 * What {@code NeuralNetConfiguration.Builder} sets for all layers does in a prepared network what
 * it does in its original, layer by layer: both take the same steps, in double.
 *
 * <p>Left out: {@code RenormalizeL2PerLayer} and {@code ClipL2PerLayer}, for which a block is one
 * layer.
 */
class SettingsTest {
  private static final Map<String, Consumer<NeuralNetConfiguration.Builder>> SETTINGS =
      new LinkedHashMap<>();

  static {
    SETTINGS.put("none", b -> {});
    SETTINGS.put("dropOut", b -> b.dropOut(new Masking()));
    SETTINGS.put("weightNoise", b -> b.weightNoise(noise(false)));
    SETTINGS.put("weightNoise on biases", b -> b.weightNoise(noise(true)));
    SETTINGS.put("constrainWeights", b -> b.constrainWeights(new MaxNormConstraint(0.3, 1)));
    SETTINGS.put("constrainBias", b -> b.constrainBias(new NonNegativeConstraint()));
    // Not from 0, where rounding decides the sign of a bias that batch norm cancels, and so its L1.
    SETTINGS.put("l1, l2", b -> b.l1(0.02).l2(0.03).l1Bias(0.04).l2Bias(0.05).biasInit(0.2));
    SETTINGS.put("weightDecay", b -> b.weightDecay(0.02).weightDecayBias(0.03));
    SETTINGS.put("updater", b -> b.updater(new Nesterovs(decaying(), 0.8)));
    SETTINGS.put("Adam", b -> b.updater(new Adam(0.01)));
    SETTINGS.put("biasUpdater", b -> b.biasUpdater(new Sgd(0.5)));
    SETTINGS.put("activation", b -> b.activation(Activation.TANH));
    SETTINGS.put("biasInit", b -> b.biasInit(0.2));
    SETTINGS.put("miniBatch", b -> b.miniBatch(false));
    SETTINGS.put("cudnnAlgoMode", b -> b.cudnnAlgoMode(ConvolutionLayer.AlgoMode.NO_WORKSPACE));
    SETTINGS.put("cacheMode", b -> b.cacheMode(CacheMode.DEVICE));
    SETTINGS.put(
        "workspaces",
        b ->
            b.trainingWorkspaceMode(WorkspaceMode.NONE).inferenceWorkspaceMode(WorkspaceMode.NONE));
    for (GradientNormalization each :
        new GradientNormalization[] {
          GradientNormalization.RenormalizeL2PerParamType,
          GradientNormalization.ClipL2PerParamType,
          GradientNormalization.ClipElementWiseAbsoluteValue
        }) {
      SETTINGS.put(
          each.name(), b -> b.gradientNormalization(each).gradientNormalizationThreshold(0.01));
    }
  }

  private static WeightNoise noise(boolean applyToBias) {
    return new WeightNoise(new ConstantDistribution(0.1), applyToBias, true);
  }

  private static ExponentialSchedule decaying() {
    return new ExponentialSchedule(ScheduleType.ITERATION, 0.1, 0.7);
  }

  /** Drops the same third of everything, wherever a layer asks for it. */
  public static final class Masking implements IDropout {
    private static final long serialVersionUID = 1L;

    private static INDArray mask(INDArray like) {
      INDArray places =
          Nd4j.arange((double) like.length()).castTo(like.dataType()).reshape(like.shape());
      return places.fmod(3).gt(0.5).castTo(like.dataType()).muli(1.5);
    }

    @Override
    public INDArray applyDropout(
        INDArray input, INDArray result, int iteration, int epoch, LayerWorkspaceMgr workspace) {
      return result.assign(input.mul(mask(input)));
    }

    @Override
    public INDArray backprop(INDArray output, INDArray input, int iteration, int epoch) {
      return input.assign(output.mul(mask(output)));
    }

    @Override
    public void clear() {
      // There is no state.
    }

    @Override
    public IDropout clone() {
      return new Masking();
    }
  }

  static Stream<Arguments> networksAndSettings() {
    return LayerNetworks.CONFIGURED.keySet().stream()
        .sorted()
        .flatMap(name -> SETTINGS.keySet().stream().map(setting -> Arguments.of(name, setting)))
        .filter(pair -> isSupported((String) pair.get()[0], (String) pair.get()[1]));
  }

  /**
   * The two parts of a separable convolution cannot share constraints, so prepare refuses them. In
   * Deeplearning4j itself weight noise on a missing bias fails, and so do norms by parameter type
   * behind an upsampling; and what is set for weights or biases alone reaches others of a separable
   * convolution with bias, because its parameters lie in another order than their names.
   */
  private static boolean isSupported(String network, String setting) {
    return switch (network) {
      case "depthwise" ->
          !(setting.startsWith("constrain")
              || setting.equals("weightNoise on biases")
              || setting.equals("l1, l2")
              || setting.equals("weightDecay")
              || setting.equals("biasUpdater")
              || setting.contains("L2PerParamType"));
      case "normalizations" -> !setting.contains("L2PerParamType");
      default -> true;
    };
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("networksAndSettings")
  void fit_globalSetting_takesTheStepsOfTheOriginal(String name, String setting) {
    ComputationGraph original =
        LayerNetworks.CONFIGURED
            .get(name)
            .of(
                5,
                DataType.DOUBLE,
                b -> {
                  b.updater(new Sgd(0.1)).l2(0);
                  SETTINGS.get(setting).accept(b);
                });
    ComputationGraph prepared = Qat.prepare(original, QatConfig.floatingPoint());
    INDArray untrained = original.params().dup();
    for (int i = 0; i < 3; i++) {
      prepared.fit(TestNetworks.data(i, 8, DataType.DOUBLE));
      original.fit(TestNetworks.data(i, 8, DataType.DOUBLE));
    }
    ComputationGraph restored = Qat.restore(prepared, original);
    int compared = 0;
    for (Map.Entry<String, INDArray> entry : original.paramTable().entrySet()) {
      if (isComparable(setting, entry.getKey())) {
        INDArray difference = entry.getValue().sub(restored.getParam(entry.getKey()));
        assertEquals(0, difference.amaxNumber().doubleValue(), 1e-7, entry.getKey());
        compared++;
      }
    }
    assertTrue(compared >= 6, "compared " + compared);
    assertTrue(untrained.distance2(original.params()) > 1e-3, "it trains");
  }

  /**
   * Deeplearning4j clips the steps of batch-norm statistics too, as if they were gradients; and
   * renormalized, the gradient of a bias that batch norm cancels is made of rounding.
   */
  private static boolean isComparable(String setting, String parameter) {
    boolean statistic = parameter.matches(".*_(mean|var|log10stdev)");
    return !(statistic && (setting.contains("L2Per") || setting.contains("Absolute")))
        && !(parameter.endsWith("_b") && setting.startsWith("Renormalize"));
  }
}
