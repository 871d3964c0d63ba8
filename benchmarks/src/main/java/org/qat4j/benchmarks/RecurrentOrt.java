package org.qat4j.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.qat4j.cli.speed.Engine;
import org.qat4j.cli.speed.EngineServer;
import org.qat4j.cli.speed.OnnxRuntime;

/** A word model in ONNX Runtime, on tensors over direct buffers, made once. */
final class RecurrentOrt implements Engine {
  private final OrtSession session;
  private final Map<String, OnnxTensor> inputs;
  private final Map<String, OnnxValue> outputs;
  private final FloatBuffer results;

  private RecurrentOrt(RecurrentCase task, Path model, int threads) throws OrtException {
    session = OnnxRuntime.open(model, threads);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    float[] places = task.places();
    LongBuffer from = RecurrentSession.direct(Long.BYTES, places.length).asLongBuffer();
    for (int i = 0; i < places.length; i++) {
      from.put(i, (long) places[i]);
    }
    long[] batch = {RecurrentCase.BATCH, RecurrentCase.STEPS};
    String input = session.getInputNames().iterator().next();
    inputs = Map.of(input, OnnxTensor.createTensor(environment, from, batch));
    results = RecurrentSession.direct(Float.BYTES, places.length * task.words()).asFloatBuffer();
    long[] shape = {RecurrentCase.BATCH, RecurrentCase.STEPS, task.words()};
    String output = session.getOutputNames().iterator().next();
    outputs = Map.of(output, OnnxTensor.createTensor(environment, results, shape));
  }

  /** Arguments: those of the case, the model file and threads. */
  public static void main(String[] args) throws Exception {
    EngineServer.serve(
        () ->
            new RecurrentOrt(
                RecurrentCase.of(List.of(args)), Path.of(args[5]), Integer.parseInt(args[6])));
  }

  @Override
  public void run() {
    try {
      session.run(inputs, outputs).close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime failed", e);
    }
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
    inputs.values().forEach(OnnxTensor::close);
    outputs.values().forEach(OnnxValue::close);
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime's session cannot be closed", e);
    }
  }
}
