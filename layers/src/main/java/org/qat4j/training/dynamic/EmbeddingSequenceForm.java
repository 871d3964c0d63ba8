package org.qat4j.training.dynamic;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Embedding;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Table;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.training.network.Stage;

/** The rows of a table, for sequences of words. */
final class EmbeddingSequenceForm extends DynamicForm<EmbeddingSequenceLayer> {
  EmbeddingSequenceForm() {
    super(EmbeddingSequenceLayer.class);
  }

  @Override
  boolean readsSequences() {
    return true;
  }

  @Override
  long width(Stage stage, EmbeddingSequenceLayer conf) {
    return 1;
  }

  @Override
  String convert(Part part, List<String> inputs, DynamicGraph graph) {
    return embed(part, conf(part), inputs.get(0), graph);
  }

  /** Bias and activation function do to a row what they do to it in the table. */
  static String embed(Part part, FeedForwardLayer conf, String words, DynamicGraph graph) {
    INDArray rows = part.parameter("W").dup('c');
    if (part.has("b")) {
      rows.addiRowVector(part.parameter("b"));
    }
    INDArray table = conf.getActivationFn().getActivation(rows, false);
    String embedded =
        graph.add(part.name(), new Embedding(table(graph.config().embeddings(), table)), words);
    return graph.masked(part.name(), embedded);
  }

  private static Table table(WeightScheme scheme, INDArray rows) {
    return scheme.isReal()
        ? new Table.OfReals(new Reals(Part.numbers(rows)), Math.toIntExact(rows.size(1)))
        : new Table.OfCodes(DynamicGraph.weights(scheme.quantizer().deploy(rows, null)));
  }
}
