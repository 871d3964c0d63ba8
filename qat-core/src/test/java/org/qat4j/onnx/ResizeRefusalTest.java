package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.qat4j.graph.MoveOp;

/** What a Resize says beside its factors is supported or refused, never passed over. */
class ResizeRefusalTest {
  private static ModelBuilder image() {
    return new ModelBuilder().opset(19).input("x", 2, 3, 4, 5).qdq("x", 0.5f);
  }

  private static String refusal(ModelBuilder model) {
    String message = Refusals.message(model.qdq("y", 0.5f).anyOutput("y_dq"));
    String start = "m.onnx: node 'resize:y' (Resize): ";
    assertEquals(start, message.substring(0, start.length()));
    return message.substring(start.length());
  }

  private static ModelBuilder bySizes(long[] sizes, AttributeProto... attributes) {
    return image()
        .numbers("sizes", sizes)
        .node("Resize", List.of("x_dq", "", "", "sizes"), "y", attributes);
  }

  private static ModelBuilder byScales(float[] scales, AttributeProto... attributes) {
    return image()
        .floats("scales", new long[] {scales.length}, scales)
        .node("Resize", List.of("x_dq", "", "scales"), "y", attributes);
  }

  @ParameterizedTest(name = "{0}x{1}x{2}x{3}")
  @CsvSource({
    "2, 6, 8, 10, '[1.0, 2.0, 2.0, 2.0]'",
    "4, 3, 8, 10, '[NaN, 1.0, 2.0, 2.0]'",
    "2, 3, 6, 10, '[1.0, 1.0, 1.5, 2.0]'",
    "2, 3, 8, 0, '[1.0, 1.0, 2.0, 0.0]'"
  })
  void sizes_thatAreNoWholeFactorsOfHeightAndWidth_areRefused(
      long n, long c, long h, long w, String factors) {
    assertEquals(
        "resizes batch, channels, height and width by "
            + factors
            + ", expected 1, 1 and whole factors",
        refusal(bySizes(new long[] {n, c, h, w})));
  }

  @Test
  void scales_ofChannels_areRefused() {
    assertEquals(
        "resizes batch, channels, height and width by [1.0, 2.0, 2.0, 2.0], expected 1, 1 and whole"
            + " factors",
        refusal(byScales(new float[] {1, 2, 2, 2})));
  }

  static Stream<Arguments> attributes() {
    return Stream.of(
        Arguments.of(
            OnnxNodes.text("keep_aspect_ratio_policy", "not_larger"),
            "has sizes with keep_aspect_ratio_policy 'not_larger', expected 'stretch': export it with"
                + " scales"),
        Arguments.of(
            OnnxNodes.integer("antialias", 1),
            "has antialias 1, expected 0: nearest neighbours are not filtered"),
        Arguments.of(
            OnnxNodes.integer("exclude_outside", 1),
            "has exclude_outside 1, expected 0: nearest neighbours are not filtered"),
        Arguments.of(
            OnnxNodes.integers("axes", 2, 2, 3, 1),
            "has 4 sizes for axes [2, 2, 3, 1] of an image, expected one for each"),
        Arguments.of(
            OnnxNodes.integers("axes", 2, 3),
            "has 4 sizes for axes [2, 3] of an image, expected one for each"),
        Arguments.of(
            OnnxNodes.text("nearest_mode", "ceil"),
            "resizes in mode 'nearest half_pixel ceil', expected nearest neighbours, asymmetric and"
                + " floor"),
        Arguments.of(
            OnnxNodes.text("coordinate_transformation_mode", "align_corners"),
            "resizes in mode 'nearest align_corners round_prefer_floor', expected nearest neighbours,"
                + " asymmetric and floor"),
        Arguments.of(
            OnnxNodes.text("coordinate_transformation_mode", "tf_crop_and_resize"),
            "resizes in mode 'nearest tf_crop_and_resize round_prefer_floor', expected nearest"
                + " neighbours, asymmetric and floor"));
  }

  @ParameterizedTest
  @MethodSource("attributes")
  void attribute_thatChangesTheResult_isRefused(AttributeProto attribute, String expected) {
    assertEquals(expected, refusal(bySizes(new long[] {2, 3, 8, 10}, attribute)));
  }

  @Test
  void sizesAndScales_orNeither_areRefused() {
    assertEquals(
        "needs either scales or sizes, got neither",
        refusal(image().node("Resize", List.of("x_dq"), "y")));
    assertEquals(
        "needs either scales or sizes, got both",
        refusal(
            image()
                .numbers("sizes", 2, 3, 8, 10)
                .floats("scales", new long[] {4}, 1, 1, 2, 2)
                .node("Resize", List.of("x_dq", "", "scales", "sizes"), "y")));
  }

  @Test
  void axes_beyondInt_areNotTakenForOthers() {
    assertEquals(
        "has 2 scales for axes [2, 4294967299] of an image, expected one for each",
        refusal(byScales(new float[] {2, 2}, OnnxNodes.integers("axes", 2, (1L << 32) + 3))));
  }

  @Test
  void scales_ofNamedAxes_areRead() throws OnnxFormatException {
    ModelBuilder model = byScales(new float[] {3, 2}, OnnxNodes.integers("axes", 3, -2));
    assertEquals(
        new MoveOp.Upsample(2, 3),
        model.qdq("y", 0.5f).anyOutput("y_dq").read().nodes().get(1).op());
  }
}
