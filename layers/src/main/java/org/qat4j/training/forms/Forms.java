package org.qat4j.training.forms;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.qat4j.graph.Graph;
import org.qat4j.layers.QuantizingConf;
import org.qat4j.training.network.Stage;

/** The table of all forms, and what they say of a network's layers. */
public final class Forms {
  private static final List<Form<?>> ALL =
      List.of(
          new InputForm(),
          new ConvolutionForm<>(ConvolutionLayer.class),
          new DepthwiseForm(),
          new SeparableForm(),
          new DenseForm(),
          new NormalizationForm(),
          new MaxPoolingForm(),
          new AveragePoolingForm(),
          new GlobalPoolingForm(),
          new ActivationForm(),
          new ZeroPaddingForm(),
          new UpsamplingForm(),
          new SumForm(),
          new ConcatenationForm(),
          new DropoutForm(),
          new OutputForm(),
          new LossForm(),
          new FrozenForm());

  private Forms() {}

  /** What is supported, as docs/layers.md lists it. */
  static List<String> names() {
    return ALL.stream().flatMap(form -> form.names().stream()).toList();
  }

  /**
   * The form of an original layer or vertex.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Form<?> of(Stage original) {
    return ALL.stream()
        .filter(form -> form.accepts(original.conf()))
        .findFirst()
        .orElseThrow(() -> unknown(original));
  }

  private static IllegalArgumentException unknown(Stage stage) {
    return stage.conf() instanceof GraphVertex
        ? refusal(stage)
        : new UnsupportedLayerException(
            stage, "has no integer form; put a supported layer in its place");
  }

  /** Says that a vertex of this kind is not supported. */
  static IllegalArgumentException refusal(Stage vertex) {
    String supported =
        ALL.stream()
            .filter(form -> GraphVertex.class.isAssignableFrom(form.type()))
            .flatMap(form -> form.names().stream())
            .collect(Collectors.joining(" and "));
    return refusal(vertex, "supported are layers, " + supported);
  }

  /** Says that a vertex is not supported, and what to do. */
  static IllegalArgumentException refusal(Stage vertex, String advice) {
    return new IllegalArgumentException(
        "vertex '"
            + vertex.name()
            + "' ("
            + vertex.type()
            + " of "
            + vertex.inputs().size()
            + ") cannot be quantized; "
            + advice);
  }

  /** Whether the codes of what became of a layer are the network's input or logits. */
  public static boolean isEnd(Prepared next) {
    return of(next.source()).isEnd();
  }

  /**
   * Checks that a layer can be deployed as it is to be quantized.
   *
   * @param next one with codes of its own and its quantization
   * @param inputs the layers whose codes come in
   * @throws UnsupportedLayerException if it cannot
   */
  public static void requireDeployable(Prepared next, List<QuantizingConf> inputs) {
    QuantizingForm<?, ?> form = (QuantizingForm<?, ?>) ofPrepared(next.stage());
    form.requireDeployable(next, inputs);
  }

  /**
   * A layer of a prepared network for a person.
   *
   * @throws UnsupportedLayerException if preparation makes no such layer
   */
  public static Description describe(Stage prepared) {
    return describe(ofPrepared(prepared), prepared);
  }

  private static <P extends org.deeplearning4j.nn.conf.layers.Layer> Description describe(
      LayerForm<?, P> form, Stage prepared) {
    return form.describe(form.prepared(prepared));
  }

  /**
   * Appends what deployment runs for a layer of a prepared network.
   *
   * @param running the layer
   * @param inputs names of the tensors that feed it
   * @return name of the tensor that its readers read
   * @throws UnsupportedLayerException if preparation makes no such layer
   * @throws IllegalStateException if its range was not observed yet
   */
  public static String convert(
      Stage prepared, Layer running, List<String> inputs, Graph.Builder graph) {
    return ofPrepared(prepared).convert(prepared, running, inputs, graph);
  }

  private static LayerForm<?, ?> ofPrepared(Stage stage) {
    return ALL.stream()
        .flatMap(form -> form instanceof LayerForm<?, ?> own ? Stream.of(own) : Stream.empty())
        .filter(form -> form.isFormOf(stage.conf()))
        .findFirst()
        .orElseThrow(
            () ->
                new UnsupportedLayerException(
                    stage,
                    "was not prepared; replace classes with nOutReplace on the logits, or edit the"
                        + " original network and prepare the result"));
  }
}
