package org.qat4j.inference;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/** A program as a service would be: loads a model file, runs a batch, prints the results. */
final class Deployment {
  static final int BATCH = 32;

  private Deployment() {}

  static float[] images() {
    Random random = new Random(6);
    float[] images = new float[BATCH * 28 * 28];
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat();
    }
    return images;
  }

  public static void main(String[] args) throws IOException {
    boolean absent = Deployment.class.getResource("/org/nd4j/linalg/factory/Nd4j.class") == null;
    System.out.println(absent ? "nd4j absent" : "nd4j present");
    boolean small = Runtime.getRuntime().maxMemory() <= 64 << 20;
    System.out.println(small ? "heap of 64 MB" : "heap of " + Runtime.getRuntime().maxMemory());
    QuantizedModel model = QuantizedModel.load(Path.of(args[0]));
    try (InferenceSession session = InferenceSession.open(model)) {
      System.out.println(Arrays.toString(session.run(images(), BATCH)));
    }
  }
}
