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
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.SessionOptions;
import org.qat4j.training.Qat;

/** A word model in this project's session, on direct buffers, made once. */
final class RecurrentSession implements Engine {
  private final InferenceSession session;
  private final FloatBuffer places;
  private final FloatBuffer results;

  private RecurrentSession(RecurrentCase task, QuantizedModel model, int threads) {
    session = InferenceSession.open(model, SessionOptions.DEFAULT.withThreads(threads));
    float[] values = task.places();
    places = direct(Float.BYTES, values.length).asFloatBuffer();
    places.put(values).rewind();
    results = direct(Float.BYTES, values.length * task.words()).asFloatBuffer();
  }

  /** Arguments: those of the case, the model file and threads. */
  public static void main(String[] args) throws Exception {
    RecurrentCase task = RecurrentCase.of(List.of(args));
    EngineServer.serve(
        () -> new RecurrentSession(task, model(task, args[5]), Integer.parseInt(args[6])));
  }

  /** Files that are not quantized are not read, so the float model comes from the network. */
  private static QuantizedModel model(RecurrentCase task, String file) throws IOException {
    QuantizedModel model =
        file.endsWith(RecurrentContest.FLOAT_FILE)
            ? Qat.quantizeDynamic(RecurrentDl4j.network(task), RecurrentContest.FLOAT)
            : QuantizedModel.load(Path.of(file));
    return model.withSteps(RecurrentCase.STEPS);
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
