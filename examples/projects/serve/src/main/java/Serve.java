import java.nio.file.Path;
import java.util.Random;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.InferenceSession;

/** Prints what the file that Train wrote says of the same images, from integers and without Deeplearning4j. */
public final class Serve {
  private static final int IMAGES = 64;
  private static final int SIZE = 8;

  public static void main(String[] arguments) throws Exception {
    QuantizedModel model = QuantizedModel.load(Path.of(arguments[0]));
    try (InferenceSession session = InferenceSession.open(model)) {
      float[] probabilities = session.run(images(), IMAGES);
      for (int image = 0; image < IMAGES; image++) {
        System.out.printf("%.4f %.4f%n", probabilities[2 * image], probabilities[2 * image + 1]);
      }
    }
  }

  private static float[] images() {
    Random random = new Random(1);
    float[] images = new float[IMAGES * SIZE * SIZE];
    for (int i = 0; i < images.length; i++) {
      boolean lit = i % SIZE / (SIZE / 2) == i / (SIZE * SIZE) % 2;
      images[i] = random.nextFloat() * (lit ? 1 : 0.7f);
    }
    return images;
  }

  private Serve() {}
}
