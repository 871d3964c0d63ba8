package org.qat4j.benchmarks;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures engines in turns, so that a machine that slows down slows all of them.
 *
 * @param models folder of X_qdq_u8_f.onnx, X_fp32.onnx and X.io
 * @param count of rounds
 * @param seconds of each engine in a round
 */
record Rounds(Path models, int count, double seconds) {
  private static final int CLASSES = 10;
  private static final int STORED_IMAGES = 64;

  /**
   * Measures one network.
   *
   * @throws IllegalStateException if this project and ONNX Runtime disagree on a class
   */
  Comparison measure(Network network, int batch, int threads) throws IOException, OrtException {
    Path quantized = models.resolve(network + "_qdq_u8_f.onnx");
    Path real = models.resolve(network + "_fp32.onnx");
    long[] shape = network.shape(batch);
    float[] images = images(models.resolve(network + ".io"), batch, network.imageSize());
    try (Qat4jEngine own = new Qat4jEngine(quantized, images, batch, threads);
        OrtEngine int8 = new OrtEngine("ort-int8", quantized, images, shape, CLASSES, threads);
        Engine fp32 = new OrtEngine("ort-fp32", real, images, shape, CLASSES, threads);
        Engine dl4j = new Dl4jEngine(network, batch, threads)) {
      List<Engine> engines = List.of(own, int8, fp32, dl4j);
      engines.forEach(engine -> engine.medianMs(seconds));
      requireAgreement(network, own.results(), int8.results());
      double[][] medians = new double[engines.size()][count];
      for (int round = 0; round < count; round++) {
        for (int e = 0; e < medians.length; e++) {
          medians[e][round] = engines.get(e).medianMs(seconds);
        }
      }
      List<Line> lines = new ArrayList<>();
      for (int e = 0; e < medians.length; e++) {
        double ratio = ratio(medians[engines.indexOf(int8)], medians[e]);
        String name = engines.get(e).name();
        lines.add(new Line(network, batch, threads, name, Medians.of(medians[e]), ratio));
      }
      return new Comparison(lines, own.macs());
    }
  }

  private double ratio(double[] peer, double[] engine) {
    double[] ratios = new double[count];
    for (int round = 0; round < count; round++) {
      ratios[round] = peer[round] / engine[round];
    }
    return Medians.of(ratios);
  }

  /** Another class for the same image would mean that something else is measured. */
  private static void requireAgreement(Network network, float[] own, float[] peer) {
    for (int image = 0; image < own.length / CLASSES; image++) {
      int here = best(own, image);
      int there = best(peer, image);
      if (here != there) {
        throw new IllegalStateException(
            network
                + ": image "
                + image
                + " is class "
                + here
                + " here and "
                + there
                + " in ONNX Runtime");
      }
    }
  }

  private static int best(float[] results, int image) {
    int best = 0;
    for (int c = 1; c < CLASSES; c++) {
      if (results[image * CLASSES + c] > results[image * CLASSES + best]) {
        best = c;
      }
    }
    return best;
  }

  private static float[] images(Path file, int batch, int imageSize) throws IOException {
    FloatBuffer stored =
        ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] images = new float[batch * imageSize];
    for (int i = 0; i < batch; i++) {
      stored.get(i % STORED_IMAGES * imageSize, images, i * imageSize, imageSize);
    }
    return images;
  }
}
