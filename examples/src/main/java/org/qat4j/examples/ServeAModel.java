package org.qat4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;

/**
 * A service that answers many threads: one model, which is immutable, and some sessions, each for
 * one thread at a time. Needs qat-core only.
 */
public final class ServeAModel implements AutoCloseable {
  private final BlockingQueue<InferenceSession> free;

  /** Loads the file once; {@code sessions} calls can run at the same time. */
  public ServeAModel(Path file, int sessions) throws IOException {
    QuantizedModel model = QuantizedModel.load(file);
    free = new ArrayBlockingQueue<>(sessions);
    for (int i = 0; i < sessions; i++) {
      free.add(InferenceSession.open(model));
    }
  }

  /** Probabilities of one image, [channels, height, width] in [0, 1]. From any thread. */
  public float[] classify(float[] image) throws InterruptedException {
    InferenceSession session = free.take();
    try {
      return session.run(image, 1);
    } finally {
      free.add(session);
    }
  }

  /** To be called when no call is running any more. */
  @Override
  public void close() {
    free.forEach(InferenceSession::close);
  }
}
