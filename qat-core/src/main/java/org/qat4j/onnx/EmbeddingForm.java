package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;

/**
 * Rows of a table of codes, picked and then multiplied by their scales. DequantizeLinear in front
 * of the Gather would compute the whole table, and behind it has no row's scale.
 */
public final class EmbeddingForm {
  public static final String INDICES = "indices";
  public static final String CODES = "codes";
  public static final String SCALES = "scales";
  public static final String ZERO_POINTS = "zero_points";

  private EmbeddingForm() {}

  /**
   * The nodes, the first of which picks the codes.
   *
   * @param affine whether rows have zero points
   */
  public static Form of(boolean affine) {
    Form.Builder form = new Form.Builder();
    String rows = reals(form, "rows", form.node("Gather", "row_codes", List.of(CODES, INDICES)));
    if (affine) {
      String zeros = form.node("Gather", "row_zero_codes", List.of(ZERO_POINTS, INDICES));
      rows = form.node("Sub", "levels", List.of(rows, reals(form, "row_zero_points", zeros)));
    }
    String scales = form.node("Gather", "row_scales", List.of(SCALES, INDICES));
    return form.form(form.node("Mul", "vectors", List.of(rows, scales)));
  }

  private static String reals(Form.Builder form, String name, String codes) {
    return form.node(
        "Cast", name, List.of(codes), OnnxNodes.integer("to", DataType.FLOAT.getNumber()));
  }
}
