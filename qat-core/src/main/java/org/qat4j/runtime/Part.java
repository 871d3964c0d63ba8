package org.qat4j.runtime;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.qat4j.graph.Tensor;

/**
 * A kernel in its place in a program.
 *
 * @param label what plans say of it
 * @param reads in the order of its binding's inputs
 * @param writes likewise
 * @param shown the region whose tensors are all in the host's memory, to be looked at, as soon as
 *     this has run
 */
record Part(
    Label label,
    Kernel kernel,
    List<StoredTensor> reads,
    List<StoredTensor> writes,
    Optional<Region> shown) {
  /**
   * What plans say of a part besides its kernel's name and its output.
   *
   * @param nodes that it computes, or the tensor that it brings elsewhere
   * @param owner the backend, or whose memory it is
   * @param macs multiply-accumulates for one image
   */
  record Label(String nodes, String operations, String owner, long macs) {}

  static Part of(Selection.Candidate taken) {
    Region region = taken.region();
    String operations =
        String.join("+", region.nodes().stream().map(node -> node.op().onnxName()).toList());
    return new Part(
        new Label(region.toString(), operations, taken.backend().name(), region.macs()),
        taken.offer().kernel().get(),
        region.inputs().stream().map(taken.offer()::stored).toList(),
        region.outputs().stream().map(taken.offer()::stored).toList(),
        Optional.empty());
  }

  static Part of(Transfer transfer) {
    String operation = transfer.isReorder() ? "Reorder" : "Copy";
    return new Part(
        new Label(transfer.to().tensor().name(), operation, transfer.space(), 0),
        transfer,
        List.of(transfer.from()),
        List.of(transfer.to()),
        Optional.empty());
  }

  Part showing(Region region) {
    return new Part(label, kernel, reads, writes, Optional.of(region));
  }

  StoredTensor lastWritten() {
    return writes.get(writes.size() - 1);
  }

  /** What must still be there when this has run. */
  Stream<StoredTensor> needs() {
    return Stream.concat(reads.stream(), shown.stream().flatMap(Part::onHost));
  }

  /** A region's inputs and outputs as callers have them. */
  private static Stream<StoredTensor> onHost(Region region) {
    Stream<Tensor> tensors = Stream.concat(region.inputs().stream(), region.outputs().stream());
    return tensors.map(StoredTensor::plain);
  }
}
