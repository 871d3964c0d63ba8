package org.qat4j.int8;

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
    Int8Model model = Int8Model.load(Path.of(args[0]));
    try (Int8Session session = Int8Session.open(model)) {
      System.out.println("planned " + session.plan().entries().size() + " kernels");
    } catch (IllegalArgumentException e) {
      System.out.println(e.getMessage());
    }
  }
}
