package org.qat4j.examples.words;

import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;

/** A session of a model file. */
public final class SessionWords implements WordModel {
  private final InferenceSession session;

  /**
   * Opens a session, on the calling thread.
   *
   * @param model of words {@code [batch, time, 1]} to probabilities {@code [batch, time, words]}
   * @param steps words of each text in every call
   */
  public SessionWords(QuantizedModel model, int steps) {
    session = InferenceSession.open(model.withSteps(steps));
  }

  @Override
  public float[] next(int[] words, int batch) {
    float[] places = new float[words.length];
    for (int i = 0; i < words.length; i++) {
      places[i] = words[i];
    }
    return session.run(places, batch);
  }

  @Override
  public void reset() {
    session.resetState();
  }

  @Override
  public void close() {
    session.close();
  }
}
