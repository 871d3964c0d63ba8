package org.qat4j.runtime.onednn;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.post_ops;
import org.qat4j.graph.Requantization;
import org.qat4j.graph.Tensor;
import org.qat4j.scheme.QuantParams;

/**
 * One operand of an addition: {@code fl((code - zero) * multiplier)}.
 *
 * @param zero the operand's zero point
 * @param multiplier its scale divided by the output's
 */
record Addend(int zero, float multiplier) {
  static Addend of(Tensor operand, Tensor output) {
    QuantParams params = operand.params();
    return new Addend(params.zeroPoint(), Requantization.addend(params, output.params()));
  }

  /**
   * Two steps, since oneDNN's linear step is a fused multiply-add: the difference is exact, and a
   * product plus 0 is rounded once.
   */
  void appendTo(post_ops after) {
    if (zero != 0) {
      after.append_eltwise(dnnl.dnnl_eltwise_linear, 1, -zero);
    }
    after.append_eltwise(dnnl.dnnl_eltwise_linear, multiplier, 0);
  }
}
