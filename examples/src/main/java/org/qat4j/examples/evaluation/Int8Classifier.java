package org.qat4j.examples.evaluation;

import org.qat4j.examples.data.Images;
import org.qat4j.int8.Int8Session;

/**
 * The integer network on its own runtime. A network that takes uint8 codes gets the pixels as they
 * are. The caller owns the session.
 */
public record Int8Classifier(Int8Session session) implements Classifier {
  @Override
  public float[] scores(Images images, int from, int to) {
    return session.inputs().get(0).isCodes()
        ? session.run(images.pixels(from, to), to - from)
        : session.run(images.scaled(from, to), to - from);
  }
}
