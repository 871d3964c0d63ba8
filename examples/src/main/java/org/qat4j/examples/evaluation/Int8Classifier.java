package org.qat4j.examples.evaluation;

import org.qat4j.examples.data.Images;
import org.qat4j.examples.data.Normalization;
import org.qat4j.int8.Int8Session;

/** The integer network on its own runtime. The caller owns the session. */
public record Int8Classifier(Int8Session session, Normalization normalization)
    implements Classifier {

  /** Of a network that was trained on {@code byte / 255}. */
  public Int8Classifier(Int8Session session) {
    this(session, Normalization.NONE);
  }

  @Override
  public float[] scores(Images images, int from, int to) {
    return session.run(normalization.apply(images, from, to), to - from);
  }
}
