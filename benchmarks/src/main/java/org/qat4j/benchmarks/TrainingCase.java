package org.qat4j.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.qat4j.cli.speed.RawFloats;

/**
 * What every engine trains: one batch, and the weights that it starts from. Knows no library, since
 * each engine has its own.
 *
 * @param folder of the two files, float32, little-endian
 */
public record TrainingCase(TrainedNetwork network, Path folder) {
  /** Images of a step. */
  public static final int BATCH = 64;

  /** Classes of every network. */
  public static final int CLASSES = 10;

  /** Of Adam, whose other settings are the usual ones. */
  public static final double LEARNING_RATE = 1e-3;

  /** Writes the batch and the weights for engines in other processes. */
  void write(float[] images, float[] weights) throws IOException {
    RawFloats.write(folder.resolve("images"), images);
    RawFloats.write(folder.resolve("weights"), weights);
  }

  /** Deletes the files and their folder. */
  void delete() throws IOException {
    Files.deleteIfExists(folder.resolve("images"));
    Files.deleteIfExists(folder.resolve("weights"));
    Files.delete(folder);
  }

  /** {@code [BATCH, channels, height, width]}. */
  public float[] images() throws IOException {
    return RawFloats.read(folder.resolve("images"));
  }

  /**
   * The network's trained values, layer by layer: a convolution's weights {@code [outputs, inputs,
   * height, width]}, then gamma and beta of its batch normalization; a dense layer's weights {@code
   * [outputs, inputs]} and bias. Convolutions have no bias, since batch normalization cancels it.
   */
  public float[] weights() throws IOException {
    return RawFloats.read(folder.resolve("weights"));
  }

  /** The class of each image. */
  public static long[] labels() {
    long[] labels = new long[BATCH];
    for (int i = 0; i < BATCH; i++) {
      labels[i] = i % CLASSES;
    }
    return labels;
  }
}
