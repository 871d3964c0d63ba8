package org.qat4j.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import org.qat4j.cli.speed.Engine;
import org.qat4j.cli.speed.EngineServer;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.LoadOptions;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.SessionOptions;

/** A word model in this project's session, on direct buffers, made once. */
final class RecurrentSession implements Engine {
  private final InferenceSession session;
  private final FloatBuffer places;
  private final FloatBuffer results;

  private RecurrentSession(RecurrentCase task, Path model, int threads) throws IOException {
    QuantizedModel loaded =
        QuantizedModel.load(model, LoadOptions.ALLOW_FLOAT).withSteps(RecurrentCase.STEPS);
    session = InferenceSession.open(loaded, SessionOptions.DEFAULT.withThreads(threads));
    float[] values = task.places();
    places = direct(Float.BYTES, values.length).asFloatBuffer();
    places.put(values).rewind();
    results = direct(Float.BYTES, values.length * task.words()).asFloatBuffer();
  }

  /** Arguments: those of the case, the model file and threads. */
  public static void main(String[] args) throws Exception {
    EngineServer.serve(
        () ->
            new RecurrentSession(
                RecurrentCase.of(List.of(args)), Path.of(args[5]), Integer.parseInt(args[6])));
  }

  static ByteBuffer direct(int size, int count) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(size, count))
        .order(ByteOrder.nativeOrder());
  }

  @Override
  public void run() {
    session.run(places, RecurrentCase.BATCH, results);
  }

  @Override
  public float[] results() {
    run();
    float[] copy = new float[results.capacity()];
    results.get(0, copy);
    return copy;
  }

  @Override
  public void close() {
    session.close();
  }
}
