package org.qat4j.jobs;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Locale;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.qat4j.cli.data.Cifar10Folder;
import org.qat4j.cli.data.Labelled;
import org.qat4j.examples.networks.MobileNet;
import org.qat4j.jobs.training.Batches;
import org.qat4j.posttraining.AutomaticCalibration;
import org.qat4j.posttraining.AutomaticCalibration.Attempt;
import org.qat4j.posttraining.AutomaticCalibration.Result;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/**
 * Automatic calibration of a small MobileNet on a part of CIFAR-10, which {@code QAT4J_CIFAR10}
 * says where to find. Prints every attempt. Takes some minutes.
 */
@Tag("slow")
class MobileNetCalibrationTest {
  private static final int TRAIN = 10_000;
  private static final int TEST = 2_000;
  private static final int EPOCHS = 4;

  @Test
  void run_fromEightToFourBits_losesLessThanOnePoint() {
    String data = System.getProperty("QAT4J_CIFAR10", System.getenv("QAT4J_CIFAR10"));
    assumeTrue(data != null, "QAT4J_CIFAR10 names no folder");
    Cifar10Folder folder = Cifar10Folder.read(Path.of(data));
    Labelled train = folder.train(TRAIN);
    Labelled test = folder.test(TEST);
    MultiLayerNetwork network = trained(train);

    requireWithinOnePoint("W8A8", QatConfig.int8(), network, train, test);
    requireWithinOnePoint(
        "W6A6",
        QatConfig.builder()
            .weights(WeightScheme.uniform(6))
            .activations(ActivationScheme.observed(6))
            .build(),
        network,
        train,
        test);
    requireWithinOnePoint(
        "W4A8", QatConfig.builder().weights(WeightScheme.uniform(4)).build(), network, train, test);
  }

  private static MultiLayerNetwork trained(Labelled train) {
    MultiLayerNetwork network = MobileNet.create(1, new Adam(0.003), 1e-4, 8, train.classes());
    MultiLayerNetwork fast = Qat.prepare(network, QatConfig.floatingPoint());
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      fast.fit(Batches.of(train.sample(TRAIN, epoch, "train"), 64));
    }
    return Qat.restore(fast, network);
  }

  private static DataSetIterator first(Labelled images, int count) {
    return Batches.of(images.first(count, "images"), 100);
  }

  private static void requireWithinOnePoint(
      String name, QatConfig config, MultiLayerNetwork network, Labelled train, Labelled test) {
    Result<MultiLayerNetwork> result =
        AutomaticCalibration.within(1)
            .run(network, first(train, 500), first(test, TEST), config, a -> print(name, a));

    System.out.printf(Locale.ROOT, "%s: float %.2f%n", name, 100 * result.floatAccuracy());
    assertTrue(result.satisfied(), result.attempts().toString());
  }

  private static void print(String name, Attempt attempt) {
    System.out.printf(
        Locale.ROOT,
        "%s: %s %s%s%n",
        name,
        attempt.accuracy().map(a -> String.format(Locale.ROOT, "%.2f", 100 * a)).orElse("-"),
        attempt.what(),
        attempt.kept() ? "" : " (not kept)");
  }
}
