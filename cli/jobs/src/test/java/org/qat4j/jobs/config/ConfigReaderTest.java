package org.qat4j.jobs.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qat4j.cli.error.UserException;

class ConfigReaderTest {
  @TempDir private Path folder;

  private static JobConfig parse(String yaml) {
    return ConfigReader.parse("job.yaml", yaml, ConfigReader.noOverrides());
  }

  private static String error(String yaml) {
    return assertThrows(UserException.class, () -> parse(yaml)).getMessage();
  }

  @Test
  void parse_emptyDocument_givesDefaults() {
    assertEquals(JobConfig.DEFAULT, parse(""));
  }

  @Test
  void parse_oneKeyOfAGroup_keepsTheOthersAtTheirDefaults() {
    QatTrainingConfig qat = parse("qat:\n  weightBits: 4\n").qat();

    assertEquals(4, qat.weightBits());
    assertEquals(QatTrainingConfig.DEFAULT.activationBits(), qat.activationBits());
    assertEquals(QatTrainingConfig.DEFAULT.schedule(), qat.schedule());
  }

  @Test
  void parse_exponentWithoutDot_isANumber() {
    assertEquals(0.001, parse("float:\n  learningRate: 1e-3\n").floatTraining().learningRate());
  }

  @Test
  void parse_override_winsOverTheDocument() {
    JobConfig config =
        ConfigReader.parse("job.yaml", "seed: 1", ConfigReader.noOverrides().put("seed", 7));

    assertEquals(7, config.seed());
  }

  @Test
  void write_anyConfig_readsBackEqual() {
    JobConfig config =
        parse("seed: -3\nqat:\n  learningRate: 0.00001\n  schedule:\n    quantizeFrom: 0.25\n");

    assertEquals(config, parse(ConfigReader.write(config)));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          qat:\\n  weigthBits: 4             | job.yaml:2: unknown key 'qat.weigthBits'; did you mean 'weightBits'?
          seed: 1\\nsed: 3                   | job.yaml:2: unknown key 'sed'; did you mean 'seed'?
          qat:\\n  schedule:\\n    quantise: 1 | job.yaml:3: unknown key 'qat.schedule.quantise'; did you mean 'quantizeFrom'?
          qat:\\n  weightBits: 33            | job.yaml:2: qat.weightBits is 33; allowed: 1 to 8, or 16
          qat:\\n  weightScheme: binary          | job.yaml:2: qat.weightScheme is binary; allowed: with weightBits 8 another scheme; this one has 1
          qat:\\n  weightBits: 0             | job.yaml:2: qat.weightBits is 0; allowed: 1 to 8, or 16
          qat:\\n  activationBits: 9         | job.yaml:2: qat.activationBits is 9; allowed: 1 to 8, or 16
          float:\\n  epochs: -1              | job.yaml:2: float.epochs is -1; allowed: 0 to 10000
          float:\\n  learningRate: .nan      | job.yaml:2: float.learningRate is NaN; allowed: greater than 0, at most 1.0
          float:\\n  learningRate: NaN       | job.yaml:2: float.learningRate is NaN; allowed: greater than 0, at most 1.0
          float:\\n  learningRate: -.inf     | job.yaml:2: float.learningRate is -Infinity; allowed: greater than 0, at most 1.0
          qat:\\n  range: widest             | job.yaml:2: qat.range is widest; allowed: one of minMax, percentile, meanStd, kl, mse, l2
          qat:\\n  rangeParameter: 3         | job.yaml:2: qat.rangeParameter is 3.0; allowed: 'minMax' takes no number, got 3.0
          qat:\\n  rangeRate: 0              | job.yaml:2: qat.rangeRate is 0.0; allowed: greater than 0, at most 1.0
          qat:\\n  schedule:\\n    freezeRangesFrom: 1.5 | job.yaml:3: qat.schedule.freezeRangesFrom is 1.5; allowed: 0 to 1
          float:\\n  epochs: many            | job.yaml:2: float.epochs is "many"; expected a whole number
          float:\\n  epochs: 3.5             | job.yaml:2: float.epochs is 3.5; expected a whole number
          float:\\n  epochs: 99999999999     | job.yaml:2: float.epochs is 99999999999; expected a whole number, at most 2147483647
          float:\\n  learningRate: fast      | job.yaml:2: float.learningRate is "fast"; expected a number
          seed: true                        | job.yaml:1: seed is true; expected a whole number
          data:\\n  source: cifar            | job.yaml:2: data.source is "cifar"; expected one of digits, mnist, cifar10, own
          data:\\n  augment: maybe          | job.yaml:2: data.augment is "maybe"; expected true or false
          float:\\n  optimizer: rmsprop     | job.yaml:2: float.optimizer is "rmsprop"; expected one of adam, sgd, network
          float:\\n  fall: step             | job.yaml:2: float.fall is "step"; expected one of linear, cosine
          float:\\n  warmUp: 2              | job.yaml:2: float.warmUp is 2.0; allowed: 0 to 1
          float:\\n  weightDecay: -1        | job.yaml:2: float.weightDecay is -1.0; allowed: 0 to 1
          network: ""                       | job.yaml:1: network is empty; allowed: lenet, resnet20, a zip file of a Deeplearning4j
          qat: 8                            | job.yaml:1: qat is 8; expected a group of keys (epochs, batch,
          seed: 1\\nseed: 2                  | job.yaml:2: not valid YAML: Duplicate field 'seed'
          seed: [                           | job.yaml:1: not valid YAML:
          data:\\n\tfolder: x               | job.yaml:2: not valid YAML: while scanning for the next token, found character '\\t(TAB)'
          just text                         | job.yaml: expected keys and values, found only "just text"
          seed: 1\\n---\\nseed: 2             | job.yaml:3: not valid YAML: a configuration is one document
          """)
  void parse_wrongDocument_saysWhereWhatAndWhatIsAllowed(String yaml, String expected) {
    String message = error(yaml.replace("\\n", "\n"));

    assertEquals(
        expected, message.substring(0, Math.min(expected.length(), message.length())), message);
  }

  @Test
  void read_missingFile_namesIt() {
    Path file = folder.resolve("absent.yaml");

    UserException e =
        assertThrows(
            UserException.class, () -> ConfigReader.read(file, ConfigReader.noOverrides()));

    assertEquals("no such file: " + file, e.getMessage());
  }

  @Test
  void read_binaryFile_saysThatItIsNoText() throws IOException {
    Path file = Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0xC3, 0x28});

    UserException e =
        assertThrows(
            UserException.class, () -> ConfigReader.read(file, ConfigReader.noOverrides()));

    assertEquals(file + ": not a text file in UTF-8", e.getMessage());
  }

  @Test
  void read_shippedDigitsConfig_equalsTheDefaults() throws IOException {
    String text =
        Files.readString(Path.of("../../configs/lenet-digits.yaml"), StandardCharsets.UTF_8);

    assertEquals(JobConfig.DEFAULT, parse(text));
  }

  @Test
  void read_shippedMnistConfig_usesAllImages() {
    JobConfig config =
        ConfigReader.read(Path.of("../../configs/lenet-mnist.yaml"), ConfigReader.noOverrides());

    assertEquals(DataConfig.Source.MNIST, config.data().source());
    assertEquals(60_000, config.data().train());
    assertEquals(10_000, config.data().test());
  }

  @Test
  void read_shippedCifarConfig_usesAllImagesAndTheFastLayers() {
    JobConfig config =
        ConfigReader.read(
            Path.of("../../configs/resnet20-cifar10.yaml"), ConfigReader.noOverrides());

    assertEquals("resnet20", config.network());
    assertEquals(DataConfig.Source.CIFAR10, config.data().source());
    assertEquals(50_000, config.data().train());
    assertEquals(10_000, config.data().test());
    assertTrue(config.floatTraining().fastLayers());
  }

  @Test
  void requireNone_otherSeedAndBits_namesBothKeysAndValues() {
    JobConfig other = parse("seed: 1\nqat:\n  weightBits: 4\n");

    UserException e =
        assertThrows(
            UserException.class,
            () -> ConfigDifference.requireNone("runs/x", JobConfig.DEFAULT, other));

    assertEquals(
        "runs/x cannot be resumed with another configuration: seed was 12345 and is now 1; qat.weightBits was 8 and is"
            + " now 4. Resume with the same one, or start a new run with --name",
        e.getMessage());
  }
}
