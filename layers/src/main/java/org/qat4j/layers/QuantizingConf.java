package org.qat4j.layers;

import java.lang.ref.WeakReference;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.quantizers.ActivationScheme;

/**
 * Configuration of a layer whose output is quantized; a bean, as Deeplearning4j's JSON and YAML
 * mapping needs it.
 */
public abstract class QuantizingConf extends FeedForwardLayer {
  private static final long serialVersionUID = 1L;

  private Quantization quantization = Quantization.INT8;
  private String quantizerName;
  private List<String> inputQuantizers = List.of();

  /** The last network that was made with this configuration; null if there was none. */
  private transient WeakReference<NetworkQuantizers> network;

  protected QuantizingConf() {}

  protected QuantizingConf(String name, List<String> inputQuantizers) {
    setLayerName(name);
    quantizerName = name;
    this.inputQuantizers = List.copyOf(inputQuantizers);
  }

  /** Takes what a layer inside trains with: sizes, updaters, initialization, regularization. */
  final void copySettings(FeedForwardLayer from) {
    nIn = from.getNIn();
    nOut = from.getNOut();
    weightInitFn = from.getWeightInitFn();
    biasInit = from.getBiasInit();
    regularization = from.getRegularization();
    regularizationBias = from.getRegularizationBias();
    iUpdater = from.getIUpdater();
    biasUpdater = from.getBiasUpdater();
    gradientNormalization = from.getGradientNormalization();
    gradientNormalizationThreshold = from.getGradientNormalizationThreshold();
  }

  /** How it is quantized: to 8 bits until something else is set. */
  public Quantization getQuantization() {
    return quantization;
  }

  public void setQuantization(Quantization quantization) {
    this.quantization = quantization;
  }

  /**
   * By which the layers behind it find its output parameters: its name when it was made, whatever
   * Deeplearning4j calls it since.
   */
  public String getQuantizerName() {
    return quantizerName;
  }

  public void setQuantizerName(String quantizerName) {
    this.quantizerName = quantizerName;
  }

  /** For each input the quantizer name of the layer whose output parameters its codes have. */
  public List<String> getInputQuantizers() {
    return inputQuantizers;
  }

  public void setInputQuantizers(List<String> inputQuantizers) {
    this.inputQuantizers = List.copyOf(inputQuantizers);
  }

  /** The Deeplearning4j layers inside, whose parameters this layer holds. */
  abstract List<org.deeplearning4j.nn.conf.layers.Layer> parts();

  /** Names and lengths of the parameters that quantization adds, in order. */
  Map<String, Integer> ownParams() {
    ActivationScheme scheme = quantization.activations();
    return Map.of(scheme.parameter(), scheme.parameterLength());
  }

  abstract QuantizingLayer<?> createLayer(NeuralNetConfiguration conf, DataType dataType);

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType dataType) {
    QuantizingLayer<?> layer =
        complete(createLayer(conf, dataType), conf, listeners, index, parameters, initialize);
    NetworkQuantizers previous = network == null ? null : network.get();
    network = new WeakReference<>(layer.join(parameters, previous));
    return layer;
  }

  /** Gives a new layer what Deeplearning4j gives its own. */
  static <L extends Layer> L complete(
      L layer,
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray parameters,
      boolean initialize) {
    layer.setListeners(listeners);
    layer.setIndex(index);
    layer.setParamsViewArray(parameters);
    layer.setParamTable(conf.getLayer().initializer().init(conf, parameters, initialize));
    layer.setConf(conf);
    return layer;
  }

  @Override
  public ParamInitializer initializer() {
    return BlockParams.INSTANCE;
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    InputType output = getOutputType(-1, inputType);
    long numParams = initializer().numParams(this);
    return new LayerMemoryReport.Builder(getLayerName(), getClass(), inputType, output)
        .standardMemory(numParams, numParams)
        .workingMemory(0, 0, 0, 3 * output.arrayElementsPerExample())
        .build();
  }
}
