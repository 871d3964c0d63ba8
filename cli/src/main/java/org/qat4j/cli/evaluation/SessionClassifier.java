package org.qat4j.cli.evaluation;

import org.qat4j.cli.data.Images;
import org.qat4j.cli.data.PixelScaling;
import org.qat4j.cli.error.UserException;
import org.qat4j.inference.InferenceSession;

/**
 * The integer network on its own runtime. A network that takes uint8 codes gets the pixels as they
 * are. The caller owns the session.
 */
public record SessionClassifier(InferenceSession session, PixelScaling scaling)
    implements Classifier {

  /** Of a network that was trained on {@code byte / 255}. */
  public SessionClassifier(InferenceSession session) {
    this(session, PixelScaling.NONE);
  }

  public SessionClassifier {
    if (takesPixels(session) && !scaling.equals(PixelScaling.NONE)) {
      throw new UserException(
          "the model takes pixels as they are, so that --white, --mean and --std have no effect;"
              + " leave them out");
    }
  }

  private static boolean takesPixels(InferenceSession session) {
    return session.inputs().get(0).isCodes();
  }

  @Override
  public float[] scores(Images images, int from, int to) {
    return takesPixels(session)
        ? session.run(images.pixels(from, to), to - from)
        : session.run(scaling.apply(images, from, to), to - from);
  }
}
