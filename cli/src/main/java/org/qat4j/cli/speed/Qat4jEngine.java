package org.qat4j.cli.speed;

import java.io.IOException;
import java.nio.file.Path;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.LoadOptions;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.SessionOptions;

/** This project's session, from a Java array to a Java array. */
final class Qat4jEngine implements Engine {
  private final InferenceSession session;
  private final float[] images;
  private final int batch;
  private final float[] results;

  Qat4jEngine(Path model, boolean allowFloat, float[] images, int batch, int threads)
      throws IOException {
    QuantizedModel loaded = QuantizedModel.load(model, new LoadOptions(allowFloat));
    this.session = InferenceSession.open(loaded, SessionOptions.DEFAULT.withThreads(threads));
    this.images = images.clone();
    this.batch = batch;
    this.results = session.run(images, batch);
  }

  @Override
  public void run() {
    session.run(images, batch, results);
  }

  @Override
  public float[] results() {
    run();
    return results.clone();
  }

  @Override
  public void close() {
    session.close();
  }
}
