package org.qat4j.jobs.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qat4j.cli.Qat4j;
import org.qat4j.testing.Outcome;

/** The commands that this module adds to the command line. */
class JobCommandsTest {
  @TempDir private Path folder;

  private static Outcome execute(Object... arguments) {
    return Outcome.of(Qat4j.commandLine(), arguments);
  }

  private static void assertFails(int status, String message, Outcome outcome) {
    outcome.assertFailed(status, message);
  }

  @Test
  void commands_ofBothModules_areThoseOfTheCommandLineInThisOrder() {
    assertEquals(
        List.of(
            "quickstart", "train", "quantize", "sensitivity", "words", "run", "inspect", "bench"),
        List.copyOf(Qat4j.commandLine().getSubcommands().keySet()));
  }

  @Test
  void unknownCommand_suggestsTheNearest() {
    Outcome outcome = execute("quickstrat");

    assertFails(2, "qat4j: Unmatched argument at index 0: 'quickstrat'", outcome);
    assertTrue(outcome.err().contains("Did you mean: qat4j quickstart"), outcome.err());
    assertTrue(outcome.err().contains("Try 'qat4j --help'."), outcome.err());
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"quickstart", "train", "quantize"})
  void help_ofACommand_goesToStandardOutput(String command) {
    Outcome outcome = execute(command, "--help");

    assertEquals(0, outcome.status());
    assertTrue(outcome.out().startsWith("Usage: qat4j " + command), outcome.out());
    assertTrue(outcome.out().toLowerCase(Locale.ROOT).contains("exit status"), outcome.out());
    assertEquals("", outcome.err());
  }

  @Test
  void train_missingConfig_isAFailureThatNamesIt() {
    Path config = folder.resolve("absent.yaml");

    assertFails(1, "qat4j: no such file: " + config, execute("train", config));
  }

  @Test
  void train_wrongKey_isAFailureBeforeAnyFolderIsMade() throws IOException {
    Path config = Files.writeString(folder.resolve("job.yaml"), "qat:\n  bits: 33\n");
    Path runs = folder.resolve("runs");

    assertFails(
        1,
        "qat4j: "
            + config
            + ":2: unknown key 'qat.bits'; did you mean 'batch'? The keys here are epochs, batch,"
            + " learningRate, weightBits, weightScheme, firstAndLastWeightBits, activationBits,"
            + " eightBitActivations, activationScheme, range, rangeParameter, rangeRate, exempt, teacherWeight, temperature,"
            + " schedule",
        execute("train", config, "--out", runs));
    assertFalse(Files.exists(runs));
  }

  /** The layers are known from the start; the float network need not be trained to say so. */
  @Test
  void train_exemptionWithoutEffect_isAFailureBeforeAnyTraining() throws IOException {
    Path config = folder.resolve("job.yaml");
    Files.writeString(config, "data:\n  train: 10\n  test: 10\nqat:\n  exempt: cnov1\n");
    Path runs = folder.resolve("runs");

    assertFails(
        1,
        "qat4j: no layer with weights matches the exemption of name 'cnov1'; the layers with weights"
            + " are [conv1, conv2, dense, output]",
        execute("train", config, "--out", runs));
    assertFalse(Files.exists(runs));
  }

  @Test
  void train_wrongDataWithForce_keepsTheEarlierRun() throws IOException {
    Path earlier = Files.createDirectories(folder.resolve("runs/mine")).resolve("report.json");
    Files.writeString(earlier, "{}");
    Path nowhere = folder.resolve("nowhere");

    assertFails(
        1,
        "qat4j: no folder "
            + nowhere
            + ": give the folder of the four MNIST files with --data or as data.folder",
        execute(
            "quickstart",
            "--data",
            nowhere,
            "--out",
            folder.resolve("runs"),
            "--name",
            "mine",
            "--force"));
    assertTrue(Files.exists(earlier));
  }

  @Test
  void train_wrongFloatNetworkWithForce_keepsTheEarlierRun() throws IOException {
    Path earlier = Files.createDirectories(folder.resolve("runs/job")).resolve("report.json");
    Files.writeString(earlier, "{}");
    Path config = folder.resolve("job.yaml");
    Files.writeString(config, "data:\n  train: 10\n  test: 10\n");
    Path absent = folder.resolve("float.zip");

    assertFails(
        1,
        "qat4j: no such file: " + absent,
        execute("train", config, "--float", absent, "--out", folder.resolve("runs"), "--force"));
    assertTrue(Files.exists(earlier));
  }

  @Test
  void quickstart_existingRun_isRefused() throws IOException {
    Path run = Files.createDirectories(folder.resolve("runs/quickstart"));
    Files.writeString(run.resolve("report.json"), "{}");

    assertFails(
        1,
        "qat4j: "
            + run
            + " exists and is not overwritten: choose another name with --name, or replace it with --force",
        execute("quickstart", "--out", folder.resolve("runs")));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"../elsewhere", "a/b", ".", "..", ".hidden", "/absolute"})
  void quickstart_nameThatIsAPath_isWrongUsage(String name) {
    assertFails(
        2,
        "qat4j: --name must be a plain folder name, got '" + name + "'",
        execute("quickstart", "--out", folder, "--name", name));
  }

  @Test
  void quickstart_forceAndResume_excludeEachOther() {
    assertFails(
        2,
        "qat4j: --force and --resume exclude each other",
        execute("quickstart", "--out", folder, "--force", "--resume"));
  }

  @Test
  void train_dataForDrawnDigits_isWrongUsage() {
    assertFails(
        2,
        "qat4j: --data has no use: ../../configs/lenet-digits.yaml has data.source digits, which are drawn, not read",
        execute("train", "../../configs/lenet-digits.yaml", "--data", folder, "--out", folder));
  }
}
