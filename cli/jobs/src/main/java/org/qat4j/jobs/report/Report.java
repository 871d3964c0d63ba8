package org.qat4j.jobs.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.ToLongFunction;
import org.qat4j.cli.report.Environment;
import org.qat4j.cli.speed.Ratio;
import org.qat4j.graph.Graph;
import org.qat4j.jobs.evaluation.LayerReport;
import org.qat4j.jobs.evaluation.LayerReport.WeightReport;
import org.qat4j.jobs.training.CurvePoint;

/**
 * Everything that a job found out. Its JSON form is {@code report.json}.
 *
 * @param name of the run
 * @param created time in UTC, ISO 8601
 * @param config what was asked for, every key
 */
public record Report(
    String name,
    String created,
    Accuracy accuracy,
    Codes codes,
    Size size,
    Compute compute,
    Speed speed,
    Ort ort,
    Training training,
    List<LayerReport> layers,
    JsonNode config,
    Environment environment) {
  public Report {
    layers = List.copyOf(layers);
  }

  /**
   * Fractions of the test images that are classified right.
   *
   * @param floatNetwork key {@code float}: before quantization
   * @param qat the prepared network's own inference
   * @param int8 the model file on the integer runtime
   * @param images in the test set
   */
  public record Accuracy(
      @JsonProperty("float") double floatNetwork, double qat, double int8, int images) {}

  /** Integer codes of all layers and all test images: prepared network against model file. */
  public record Codes(long compared, long mismatched) {
    /** Of all layers. */
    public static Codes of(List<LayerReport> layers) {
      return new Codes(
          layers.stream().mapToLong(layer -> layer.output().compared()).sum(),
          layers.stream().mapToLong(layer -> layer.output().mismatched()).sum());
    }
  }

  /**
   * Bytes.
   *
   * @param floatBytes parameters of the float network
   * @param qatBytes parameters of the prepared network
   * @param int8Bytes the model file
   * @param int8ZipBytes the model file compressed, as in a zip file
   */
  public record Size(long floatBytes, long qatBytes, long int8Bytes, long int8ZipBytes) {}

  /** Weights of the model file that are codes, and how many of them are exactly 0. */
  public record Sparsity(long weights, long zeros) {}

  /** Of all layers together. */
  @JsonProperty("sparsity")
  public Sparsity sparsity() {
    return new Sparsity(weights(WeightReport::count), weights(WeightReport::zeros));
  }

  private long weights(ToLongFunction<WeightReport> number) {
    return layers.stream().flatMap(layer -> layer.weights().stream()).mapToLong(number).sum();
  }

  /**
   * Work of one inference.
   *
   * @param macs multiply-accumulates for one image
   * @param integerShare fraction of them that the model file computes in integers
   */
  public record Compute(long macs, double integerShare) {
    /** Of a model. */
    public static Compute of(Graph model) {
      return new Compute(model.macs(), (double) model.integerMacs() / model.macs());
    }
  }

  /**
   * Images per second: medians of interleaved rounds.
   *
   * @param qatToFloat how many times as fast as the float network the prepared one is
   * @param int8ToFloat likewise the INT8 session
   * @param int8PeakGops int8 speed of one thread of the machine, in giga-operations a second
   * @param batch images per call
   * @param dl4jThreads that a Deeplearning4j network may use
   * @param int8Threads that the INT8 session uses
   * @param rounds that were timed
   */
  public record Speed(
      double floatImagesPerSecond,
      double qatImagesPerSecond,
      double int8ImagesPerSecond,
      Ratio qatToFloat,
      Ratio int8ToFloat,
      double int8PeakGops,
      int batch,
      int dl4jThreads,
      int int8Threads,
      int rounds) {}

  /**
   * The model file on ONNX Runtime.
   *
   * @param agreeing images of which both runtimes predict the same class
   * @param of all test images
   * @param accuracy of ONNX Runtime
   * @param version of ONNX Runtime
   */
  public record Ort(int agreeing, int of, double accuracy, String version) {}

  /**
   * How training went.
   *
   * @param floatSeconds spent training the float network, tests between epochs included
   * @param qatSeconds likewise for the prepared network
   * @param curves one point per epoch
   */
  public record Training(double floatSeconds, double qatSeconds, List<CurvePoint> curves) {
    public Training {
      curves = List.copyOf(curves);
    }
  }
}
