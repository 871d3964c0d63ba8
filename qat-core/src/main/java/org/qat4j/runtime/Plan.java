package org.qat4j.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Tensor;

/**
 * What runs where: one entry for each kernel, in execution order.
 *
 * @param backend as requested
 * @param threads of a call
 * @param images that are computed together; a larger batch is cut into pieces of this size
 * @param activationBytes memory of the tensors between the kernels and of workspaces, for such a
 *     piece, in all memory spaces
 * @param islands what runs in float32
 * @param states what a session keeps between calls, each in words
 */
public record Plan(
    String backend,
    int threads,
    int images,
    long activationBytes,
    List<Entry> entries,
    Islands islands,
    List<String> states) {
  public Plan {
    entries = List.copyOf(entries);
    states = List.copyOf(states);
  }

  /**
   * One kernel, or one reorder or copy between two.
   *
   * @param nodes that it computes, or the tensor that it brings elsewhere
   * @param operations of these nodes, or {@code Reorder} or {@code Copy}
   * @param kernel as {@code backend:algorithm(implementation)}, of a copy the memory space's name
   *     in the backend's place
   * @param output type, shape of one image, and storage, of each output
   * @param bytes of the outputs of one image, as they lie in memory
   * @param macs multiply-accumulates for one image
   */
  public record Entry(
      String nodes, String operations, String kernel, String output, long bytes, long macs) {}

  /**
   * What runs in float32 though the model is quantized.
   *
   * @param operations of the model
   * @param nodes of them that are float islands, in execution order, each as {@code name
   *     (operation)}
   */
  public record Islands(int operations, List<String> nodes) {
    public Islands {
      nodes = List.copyOf(nodes);
    }

    static Islands of(Graph graph) {
      return new Islands(
          graph.nodes().size(),
          graph.islands().stream()
              .map(node -> node.name() + " (" + node.op().onnxName() + ")")
              .toList());
    }

    @Override
    public String toString() {
      return nodes.size()
          + " of "
          + operations
          + " operations run in float32: "
          + String.join(", ", nodes);
    }
  }

  static List<String> states(Graph graph) {
    return graph.states().stream()
        .map(state -> describe(state.input(), state.output().name()))
        .toList();
  }

  private static String describe(Tensor state, String output) {
    return "'%s' is the last call's '%s': %s %s"
        .formatted(state.name(), output, ElementType.of(state), state.shape());
  }

  /** Multiply-accumulates for one image. */
  public long macs() {
    return entries.stream().mapToLong(Entry::macs).sum();
  }

  /** A table for people. */
  @Override
  public String toString() {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"node", "op", "kernel", "output", "bytes", "MACs"});
    for (Entry e : entries) {
      rows.add(
          new String[] {
            e.nodes(),
            e.operations(),
            e.kernel(),
            e.output(),
            String.format(Locale.ROOT, "%,d", e.bytes()),
            String.format(Locale.ROOT, "%,d", e.macs())
          });
    }
    StringBuilder table = new StringBuilder();
    table.append(
        String.format(
            Locale.ROOT,
            "backend %s, %d thread%s, %d image%s at a time, %,d bytes of activations, %,d MACs an image%n",
            backend,
            threads,
            threads == 1 ? "" : "s",
            images,
            images == 1 ? "" : "s",
            activationBytes,
            macs()));
    int[] widths = widths(rows);
    for (String[] row : rows) {
      appendRow(table, row, widths);
    }
    for (String state : states) {
      table.append("state ").append(state).append(System.lineSeparator());
    }
    if (!islands.nodes().isEmpty()) {
      table.append(islands).append(System.lineSeparator());
    }
    return table.toString();
  }

  private static int[] widths(List<String[]> rows) {
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    return widths;
  }

  private static void appendRow(StringBuilder table, String[] row, int[] widths) {
    for (int i = 0; i < row.length; i++) {
      boolean number = i >= 4;
      table.append(
          String.format(
              Locale.ROOT, number ? "%" + widths[i] + "s" : "%-" + widths[i] + "s", row[i]));
      table.append(i + 1 < row.length ? "  " : System.lineSeparator());
    }
  }
}
