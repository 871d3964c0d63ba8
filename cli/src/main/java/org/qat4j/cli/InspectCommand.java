package org.qat4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.qat4j.cli.report.TextTable;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what is in a model file and what would run. */
@Command(
    name = "inspect",
    description = "Show a model file's graph and what would run on this machine.")
final class InspectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "ONNX file.")
  private Path model;

  @Mixin private FloatOption allowed;

  @Override
  public Integer call() throws IOException {
    QuantizedModel loaded = allowed.load(model);
    Qat4j.print(spec, describe(loaded.graph()));
    try (InferenceSession session = InferenceSession.open(loaded)) {
      Qat4j.print(spec, String.format("%nPlan: %s", session.plan()));
    }
    return 0;
  }

  private String describe(Graph graph) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "node", "op", "shape", "scale", "zero point", "codes", "weights", "MACs", "decision"));
    for (Tensor input : graph.inputs()) {
      rows.add(row(input.name(), "input", input, "", "", ""));
    }
    for (Node node : graph.nodes()) {
      rows.add(row(graph, node));
    }
    return String.format(
        Locale.ROOT,
        "%s: %,d bytes, %,d MACs an image, %s of them in integers%n%n%s",
        model,
        model.toFile().length(),
        graph.macs(),
        share(graph),
        TextTable.of(rows));
  }

  private static String share(Graph graph) {
    return graph.integerMacs() == graph.macs()
        ? "all"
        : String.format(Locale.ROOT, "%,d", graph.integerMacs());
  }

  private static List<String> row(Graph graph, Node node) {
    long macs = node.op().macs(graph.inputsOf(node));
    return row(
        node.name(),
        node.op().onnxName() + suffix(node.op().clip()),
        graph.outputOf(node),
        describe(node.op().weights()),
        macs == 0 ? "" : String.format(Locale.ROOT, "%,d", macs),
        NodeDecision.of(graph, node));
  }

  private static List<String> row(
      String name, String op, Tensor tensor, String weights, String macs, String decision) {
    boolean codes = tensor.isCodes();
    return List.of(
        name,
        op,
        tensor.shape().toString(),
        codes ? String.format(Locale.ROOT, "%.6g", tensor.params().scale()) : "",
        codes ? Integer.toString(tensor.params().zeroPoint()) : "",
        switch (tensor.arithmetic()) {
          case CODES -> tensor.params().range().toString();
          case DYNAMIC_CODES, REALS -> tensor.type().toString();
        },
        weights,
        macs,
        decision);
  }

  private static String suffix(Clip clip) {
    return clip.equals(Clip.NONE) ? "" : " + " + clip;
  }

  /** All matrices of one operation hold the same elements. */
  private static String describe(List<Coefficients> weights) {
    int count = weights.stream().mapToInt(Coefficients::count).sum();
    return weights.isEmpty()
        ? ""
        : String.format(Locale.ROOT, "%,d in %s", count, weights.get(0).elements());
  }
}
