package org.qat4j.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

class GraphTest {
  private static final Tensor.Codes CODES =
      new Tensor.Codes(new QuantParams(1f, 0, IntRange.unsigned(8)));

  private static Graph.Builder image() {
    return Graph.builder("g")
        .input(Tensor.real("x", Shape.of(3, 8, 8)))
        .node("q", new ConvertOp.Quantize(), List.of("x"), "xq", CODES);
  }

  private static LinearOp.Conv conv(int outChannels, int fanIn, Window window, int groups) {
    float[] scales = new float[outChannels];
    java.util.Arrays.fill(scales, 0.01f);
    return new LinearOp.Conv(
        window,
        groups,
        Weights.symmetric(new byte[outChannels * fanIn], scales, IntRange.signedNarrow(8)),
        new Bias(new int[outChannels]),
        Clip.RELU);
  }

  private static void refused(String message, Runnable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action::run).getMessage());
  }

  @Test
  void conv_strideAndPadding_computesShapeAndMacs() {
    Graph graph =
        image()
            .node("c", conv(4, 27, Window.square(3, 2, 1), 1), List.of("xq"), "y", CODES)
            .build("y");
    assertEquals(Shape.of(4, 4, 4), graph.tensor("y").shape());
    assertEquals(4 * 4 * 4 * 27, graph.macs());
  }

  @Test
  void conv_wrongFanIn_isRefused() {
    refused(
        "node 'c' (Conv): 26 weights per output channel, but 3 input channels in 1 groups with kernel 3x3",
        () -> image().node("c", conv(4, 26, Window.square(3, 1, 1), 1), List.of("xq"), "y", CODES));
  }

  @Test
  void conv_realInput_isRefused() {
    refused(
        "node 'c' (Conv): needs codes, but 'x' holds real numbers: quantize it first",
        () -> image().node("c", conv(4, 27, Window.square(3, 1, 1), 1), List.of("x"), "y", CODES));
  }

  @Test
  void conv_kernelLargerThanInput_isRefused() {
    refused(
        "node 'c' (Conv): kernel 9x9 with dilation 1x1 does not fit into the padded input 3x8x8",
        () ->
            image().node("c", conv(1, 243, Window.square(9, 1, 0), 1), List.of("xq"), "y", CODES));
  }

  @Test
  void maxPool_otherOutputParameters_isRefused() {
    Tensor.Codes other = new Tensor.Codes(new QuantParams(2f, 0, IntRange.unsigned(8)));
    refused(
        "node 'p' (MaxPool): keeps its input's type " + CODES + ", but output 'y' has " + other,
        () ->
            image()
                .node("p", new PoolOp.MaxPool(Window.square(2, 2, 0)), List.of("xq"), "y", other));
  }

  @Test
  void node_unknownTensor_isRefused() {
    refused(
        "node 'f' (Flatten): there is no tensor 'z'",
        () -> image().node("f", new MoveOp.Flatten(), List.of("z"), "y", CODES));
  }

  @Test
  void node_nameUsedTwice_isRefused() {
    refused(
        "two nodes are named 'q'",
        () -> image().node("q", new ConvertOp.Quantize(), List.of("x"), "y", CODES));
  }

  @Test
  void add_differentShapes_isRefused() {
    Graph.Builder graph =
        image().node("p", new PoolOp.MaxPool(Window.square(2, 2, 0)), List.of("xq"), "p", CODES);
    refused(
        "node 'a' (Add): cannot add shapes 3x8x8 and 3x4x4",
        () -> graph.node("a", new JoinOp.Add(Clip.NONE), List.of("xq", "p"), "y", CODES));
  }

  @Test
  void producerAndReaders_ofEachTensor_areTheNodesAroundIt() {
    Graph graph =
        image()
            .node("p", new PoolOp.MaxPool(Window.square(2, 2, 0)), List.of("xq"), "p", CODES)
            .node("twice", new JoinOp.Add(Clip.NONE), List.of("p", "p"), "s", CODES)
            .node("flat", new MoveOp.Flatten(), List.of("xq"), "f", CODES)
            .build("s", "f");
    assertEquals(Optional.empty(), graph.producer(graph.tensor("x")));
    assertEquals("q", graph.producer(graph.tensor("xq")).orElseThrow().name());
    assertEquals(List.of("p", "flat"), names(graph.readers(graph.tensor("xq"))));
    assertEquals(List.of("twice"), names(graph.readers(graph.tensor("p"))));
    assertEquals(List.of(), graph.readers(graph.tensor("s")));
  }

  @Test
  void onlyReader_ofSharedOrReturnedTensor_isNone() {
    Graph graph =
        image()
            .node("p", new PoolOp.MaxPool(Window.square(2, 2, 0)), List.of("xq"), "p", CODES)
            .node("flat", new MoveOp.Flatten(), List.of("p"), "f", CODES)
            .node("name", new MoveOp.Identity(), List.of("xq"), "i", CODES)
            .build("p", "f", "i");
    assertEquals("q", graph.onlyReader(graph.tensor("x")).orElseThrow().name());
    assertEquals(Optional.empty(), graph.onlyReader(graph.tensor("xq")));
    assertEquals(Optional.empty(), graph.onlyReader(graph.tensor("p")));
    assertEquals(Optional.empty(), graph.onlyReader(graph.tensor("f")));
  }

  private static List<String> names(List<Node> nodes) {
    return nodes.stream().map(Node::name).toList();
  }

  @Test
  void weights_codeOutsideRange_isRefused() {
    refused(
        "weight code -128 of output channel 1 outside [-127, 127]",
        () ->
            Weights.symmetric(
                new byte[] {0, -128}, new float[] {1f, 1f}, IntRange.signedNarrow(8)));
  }

  @Test
  void weights_changedAfterwards_areNotAffected() {
    byte[] codes = {5};
    Weights weights = Weights.symmetric(codes, new float[] {1f}, IntRange.signedNarrow(8));
    codes[0] = 7;
    weights.codesOihw()[0] = 9;
    weights.wideCodesOihw()[0] = 9;
    assertEquals(5, weights.code(0, 0));
  }
}
