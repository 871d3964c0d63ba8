package org.qat4j.examples.speed;

import java.io.IOException;
import java.nio.file.Path;
import org.qat4j.int8.Int8Model;
import org.qat4j.int8.Int8Session;
import org.qat4j.int8.LoadOptions;
import org.qat4j.int8.SessionOptions;

/** This project's session, from a Java array to a Java array. */
final class Qat4jEngine implements Engine {
  private final Int8Session session;
  private final float[] images;
  private final int batch;
  private final float[] results;

  Qat4jEngine(Path model, boolean allowFloat, float[] images, int batch, int threads)
      throws IOException {
    Int8Model loaded = Int8Model.load(model, new LoadOptions(allowFloat));
    this.session = Int8Session.open(loaded, SessionOptions.DEFAULT.withThreads(threads));
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
