package org.qat4j.training.forms;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.params.SeparableConvolutionParamInitializer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.training.network.Stage;

/**
 * A separable convolution: a depthwise one, whose result has codes in deployment, and a 1x1 one.
 */
final class SeparableForm extends Form<SeparableConvolution2D> {
  private static final String DEPTHWISE =
      SeparableConvolutionParamInitializer.DEPTH_WISE_WEIGHT_KEY;
  private static final String POINTWISE =
      SeparableConvolutionParamInitializer.POINT_WISE_WEIGHT_KEY;

  SeparableForm() {
    super(SeparableConvolution2D.class);
  }

  @Override
  long width(Stage stage, Widths widths) {
    return widths.trained(stage, conf(stage));
  }

  @Override
  void prepare(Stage stage, Draft draft) {
    SeparableConvolution2D separable = conf(stage);
    requireSupported(stage, separable);
    String name = draft.freeName(stage.name() + "_depthwise");
    LinearForm.addBlock(
        stage,
        new Stage(name, stage.index(), separable, stage.preprocessor(), stage.inputs()),
        depthwise(separable),
        depthwiseOrigin(stage),
        draft);
    LinearForm.addBlock(
        stage,
        new Stage(stage.name(), stage.index(), separable, null, List.of(name)),
        pointwise(separable),
        pointwiseOrigin(stage),
        draft);
  }

  private static void requireSupported(Stage stage, SeparableConvolution2D separable) {
    if (separable.getCnn2dDataFormat() != null) {
      requireNchw(stage, separable.getCnn2dDataFormat());
    }
    if (separable.getConstraints() != null && !separable.getConstraints().isEmpty()) {
      throw new UnsupportedLayerException(
          stage, "has parameter constraints, which its two parts cannot share; remove them");
    }
  }

  /** The first half: each channel by itself, without bias. */
  private static DepthwiseConvolution2D depthwise(SeparableConvolution2D separable) {
    DepthwiseConvolution2D depthwise =
        new DepthwiseConvolution2D.Builder(separable.getKernelSize())
            .stride(separable.getStride())
            .padding(separable.getPadding())
            .dilation(separable.getDilation())
            .convolutionMode(separable.getConvolutionMode())
            .depthMultiplier(separable.getDepthMultiplier())
            .hasBias(false)
            .build();
    LinearForm.copySettings(separable, depthwise);
    depthwise.setNOut(separable.getNIn() * separable.getDepthMultiplier());
    depthwise.setActivationFn(new ActivationIdentity());
    depthwise.setIDropout(separable.getIDropout());
    depthwise.setWeightNoise(separable.getWeightNoise());
    return depthwise;
  }

  /** The second half: a 1x1 convolution over all channels. */
  private static ConvolutionLayer pointwise(SeparableConvolution2D separable) {
    ConvolutionLayer pointwise =
        new ConvolutionLayer.Builder(1, 1)
            .dataFormat(CNN2DFormat.NCHW)
            .hasBias(separable.hasBias())
            .build();
    LinearForm.copySettings(separable, pointwise);
    pointwise.setNIn(separable.getNIn() * separable.getDepthMultiplier());
    pointwise.setActivationFn(separable.getActivationFn());
    pointwise.setWeightNoise(separable.getWeightNoise());
    return pointwise;
  }

  /** From [multiplier, channel, height, width] to [height, width, channel, multiplier]. */
  private static Origin depthwiseOrigin(Stage stage) {
    return new Origin(
        stage.name(), table -> Map.of(DEPTHWISE, table.get(DEPTHWISE).permute(2, 3, 1, 0)));
  }

  private static Origin pointwiseOrigin(Stage stage) {
    return new Origin(
        stage.name(),
        table -> {
          Map<String, INDArray> own = new HashMap<>(table);
          own.put(DEPTHWISE, own.remove(POINTWISE));
          return own;
        });
  }
}
