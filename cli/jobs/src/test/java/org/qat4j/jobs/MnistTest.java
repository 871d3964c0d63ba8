package org.qat4j.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qat4j.jobs.config.ConfigReader;
import org.qat4j.jobs.config.JobConfig;
import org.qat4j.jobs.network.UserClasses;
import org.qat4j.jobs.report.Report;
import org.qat4j.jobs.run.Interruption;
import org.qat4j.jobs.run.RunFolder;
import org.qat4j.jobs.training.ProgressDisplay;

/**
 * The main job on all of MNIST, which {@code QAT4J_MNIST} says where to find. Takes many minutes.
 */
@Tag("slow")
class MnistTest {
  @TempDir private Path folder;

  @Test
  void job_onMnist_keepsAccuracyAndCodes() {
    String data = System.getProperty("QAT4J_MNIST", System.getenv("QAT4J_MNIST"));
    assumeTrue(data != null, "QAT4J_MNIST names no folder");
    JobConfig config =
        ConfigReader.read(
            Path.of("../../configs/lenet-mnist.yaml"),
            ConfigReader.noOverrides().set("data", ConfigReader.noOverrides().put("folder", data)));
    RunFolder run = RunFolder.open(folder, RunFolder.Existing.KEEP);

    Report report =
        new QatJob(
                config,
                ProgressDisplay.Factory.forStandardError(false),
                Interruption.none(),
                Optional.empty(),
                UserClasses.none())
            .run(run, Optional.empty());

    Report.Accuracy accuracy = report.accuracy();
    assertTrue(accuracy.floatNetwork() >= 0.990, accuracy::toString);
    assertTrue(Math.abs(accuracy.int8() - accuracy.floatNetwork()) <= 0.001, accuracy::toString);
    assertEquals(0, report.codes().mismatched());
    assertTrue(report.ort().agreeing() >= 9_999, report.ort()::toString);
  }
}
