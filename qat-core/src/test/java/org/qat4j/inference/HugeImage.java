package org.qat4j.inference;

import java.nio.file.Path;

/** Opens and plans a model and prints what came of it. */
final class HugeImage {
  private HugeImage() {}

  /**
   * Prints how many kernels were planned, or the refusal.
   *
   * @param args file
   */
  public static void main(String[] args) throws Exception {
    QuantizedModel model = QuantizedModel.load(Path.of(args[0]));
    try (InferenceSession session = InferenceSession.open(model)) {
      System.out.println("planned " + session.plan().entries().size() + " kernels");
    } catch (IllegalArgumentException e) {
      System.out.println(e.getMessage());
    }
  }
}
