package org.qat4j.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import org.qat4j.int8.Int8Model;
import org.qat4j.int8.Int8Session;
import org.qat4j.int8.SessionOptions;

/** This project's session, from Java arrays to Java arrays. */
final class Qat4jEngine implements InferenceEngine {
  private final Int8Session session;
  private final float[] images;
  private final int batch;
  private final float[] results;

  Qat4jEngine(Path model, float[] images, int batch, int threads) throws IOException {
    this.session =
        Int8Session.open(Int8Model.load(model), SessionOptions.DEFAULT.withThreads(threads));
    this.images = images.clone();
    this.batch = batch;
    this.results = new float[batch * session.outputs().get(0).shape().elements()];
  }

  @Override
  public String name() {
    return "qat4j";
  }

  @Override
  public void run() {
    session.run(images, batch, results);
  }

  @Override
  public float[] results() {
    return results.clone();
  }

  /** Multiply-accumulates of the batch. */
  long macs() {
    return session.plan().macs() * batch;
  }

  @Override
  public void close() {
    session.close();
  }
}
