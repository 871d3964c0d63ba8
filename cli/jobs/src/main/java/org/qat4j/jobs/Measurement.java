package org.qat4j.jobs;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.qat4j.cli.data.Inputs;
import org.qat4j.cli.data.Labelled;
import org.qat4j.cli.error.UserException;
import org.qat4j.cli.evaluation.Accuracy;
import org.qat4j.cli.evaluation.SessionClassifier;
import org.qat4j.cli.report.Environment;
import org.qat4j.cli.speed.Int8Peak;
import org.qat4j.cli.speed.Samples;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.SessionOptions;
import org.qat4j.jobs.config.ConfigReader;
import org.qat4j.jobs.config.JobConfig;
import org.qat4j.jobs.evaluation.CodeComparison;
import org.qat4j.jobs.evaluation.Dl4jClassifier;
import org.qat4j.jobs.evaluation.LayerReport;
import org.qat4j.jobs.evaluation.OrtClassifier;
import org.qat4j.jobs.evaluation.Speed;
import org.qat4j.jobs.network.Network;
import org.qat4j.jobs.report.Report;
import org.qat4j.jobs.run.RunFolder;
import org.qat4j.jobs.training.Batches;
import org.qat4j.jobs.training.Progress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Converts the trained network, reads the file back, and measures what was trained against what is
 * deployed.
 */
final class Measurement {
  private static final Logger LOG = LoggerFactory.getLogger(Measurement.class);
  private static final int SPEED_BATCH = 64;
  private static final int SPEED_ROUNDS = 15;

  private final JobConfig config;
  private final RunFolder folder;
  private final Labelled test;
  private final Map<String, String> properties;

  Measurement(JobConfig config, RunFolder folder, Labelled test, Map<String, String> properties) {
    this.config = config;
    this.folder = folder;
    this.test = test;
    this.properties = properties;
  }

  /**
   * @param original what was prepared: the float network, or that without some of its filters
   * @param betweenSteps may throw to stop
   */
  Report run(
      Network floatNetwork,
      Network original,
      Network prepared,
      Progress progress,
      Runnable betweenSteps) {
    QuantizedModel model = convert(prepared);
    betweenSteps.run();
    LOG.info("comparing the integer codes of every layer on {} test images", test.count());
    List<LayerReport> layers =
        new CodeComparison(original, prepared, model).run(test.inputs(), Accuracy.BATCH);
    betweenSteps.run();
    int[] predicted;
    try (InferenceSession session = InferenceSession.open(model)) {
      predicted = new SessionClassifier(session).predict(test.inputs(), Accuracy.BATCH);
    }
    Report.Accuracy accuracy =
        new Report.Accuracy(
            Accuracy.of(new Dl4jClassifier(fastest(floatNetwork)), test),
            Accuracy.of(new Dl4jClassifier(prepared), test),
            Accuracy.of(predicted, test),
            test.count());
    betweenSteps.run();
    LOG.info("measuring speed");
    return new Report(
        folder.folder().getFileName().toString(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        accuracy,
        Report.Codes.of(layers),
        new Report.Size(
            floatNetwork.parameters() * Float.BYTES,
            prepared.parameters() * Float.BYTES,
            folder.model().toFile().length(),
            zipped(folder.model())),
        Report.Compute.of(model.graph()),
        speed(floatNetwork, prepared, model),
        ort(predicted),
        new Report.Training(progress.floatSeconds(), progress.qatSeconds(), progress.curve()),
        layers,
        ConfigReader.tree(config),
        Environment.current());
  }

  /** Where the float network was trained on fast layers, they measure it too. */
  private Network fastest(Network floatNetwork) {
    return config.floatTraining().fastLayers() ? floatNetwork.onFastLayers() : floatNetwork;
  }

  /** What is measured is the file, not the model in memory. */
  private QuantizedModel convert(Network prepared) {
    try {
      prepared.convert().with(properties).save(folder.model());
      return QuantizedModel.load(folder.model());
    } catch (IOException e) {
      throw new UserException(e.getMessage(), e);
    }
  }

  /** Bytes of a file as an entry of a zip file, compressed as well as that can. */
  private static long zipped(Path file) {
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
    try (OutputStream out = new DeflaterOutputStream(OutputStream.nullOutputStream(), deflater)) {
      Files.copy(file, out);
    } catch (IOException e) {
      throw new UserException("cannot read " + file + " (" + e + ")", e);
    }
    long bytes = deflater.getBytesWritten();
    deflater.end();
    return bytes;
  }

  private Report.Speed speed(Network floatNetwork, Network prepared, QuantizedModel model) {
    int batch = Math.min(SPEED_BATCH, test.count());
    Inputs inputs = test.inputs();
    INDArray features = Batches.features(inputs, 0, batch);
    float[] input = inputs.scaled(0, batch);
    try (InferenceSession session = InferenceSession.open(model)) {
      float[] result = session.run(input, batch);
      List<Samples> seconds =
          Speed.seconds(
              List.of(
                  () -> floatNetwork.output(features),
                  () -> prepared.output(features),
                  () -> session.run(input, batch, result)),
              SPEED_ROUNDS);
      Samples real = seconds.get(0);
      Samples qat = seconds.get(1);
      Samples int8 = seconds.get(2);
      return new Report.Speed(
          batch / real.median(),
          batch / qat.median(),
          batch / int8.median(),
          qat.speedAgainst(real),
          int8.speedAgainst(real),
          Int8Peak.gopsPerThread(),
          batch,
          NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads(),
          SessionOptions.DEFAULT.threads(),
          SPEED_ROUNDS);
    } catch (IOException e) {
      throw new UserException("the machine's int8 speed cannot be measured: " + e.getMessage(), e);
    }
  }

  private Report.Ort ort(int[] predicted) {
    try (OrtClassifier judge = new OrtClassifier(folder.model(), 1)) {
      int[] theirs = judge.predict(test.inputs(), Accuracy.BATCH);
      int agreeing = 0;
      for (int i = 0; i < theirs.length; i++) {
        if (theirs[i] == predicted[i]) {
          agreeing++;
        }
      }
      return new Report.Ort(agreeing, theirs.length, Accuracy.of(theirs, test), judge.version());
    }
  }
}
