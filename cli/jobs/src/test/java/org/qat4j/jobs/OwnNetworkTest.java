package org.qat4j.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import javax.imageio.ImageIO;
import javax.tools.ToolProvider;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.qat4j.cli.Qat4j;
import org.qat4j.testing.Outcome;

/** Networks and data that the project does not ship, from the command line. */
class OwnNetworkTest {
  private static final int SIZE = 12;
  private static final List<String> SHAPES = List.of("bars", "disc", "frame");

  /** Each flower: four lengths around those of its kind. */
  private static final double[][] KINDS = {
    {5, 3.4, 1.5, 0.2}, {5.9, 2.8, 4.3, 1.3}, {6.6, 3, 5.6, 2}
  };

  @TempDir private static Path shared;
  private static Path images;
  private static Path residual;

  @TempDir private Path folder;

  @BeforeAll
  static void drawImagesAndSaveANetwork() throws IOException {
    images = shared.resolve("shapes");
    Random random = new Random(7);
    for (String shape : SHAPES) {
      for (int i = 0; i < 30; i++) {
        draw(shape, random, images.resolve(i < 20 ? "train" : "test").resolve(shape), i);
      }
    }
    residual = shared.resolve("residual.zip");
    ModelSerializer.writeModel(residual(3), residual.toFile(), true);
    ModelSerializer.addNormalizerToModel(residual.toFile(), new ImagePreProcessingScaler(-1, 1));
  }

  private static void draw(String shape, Random random, Path folder, int number)
      throws IOException {
    BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    pen.setColor(new Color(128 + random.nextInt(128), 128 + random.nextInt(128), 80));
    int x = 1 + random.nextInt(3);
    int y = 1 + random.nextInt(3);
    switch (shape) {
      case "bars" -> {
        for (int bar = 0; bar < 8; bar += 3) {
          pen.fillRect(x + bar, y, 1, 8);
        }
      }
      case "disc" -> pen.fillOval(x, y, 8, 8);
      default -> pen.drawRect(x, y, 7, 7);
    }
    Files.createDirectories(folder);
    ImageIO.write(image, "png", folder.resolve(number + ".png").toFile());
  }

  private static ConvolutionLayer convolution(Activation activation) {
    return new ConvolutionLayer.Builder(3, 3)
        .nOut(8)
        .convolutionMode(ConvolutionMode.Same)
        .activation(activation)
        .build();
  }

  /** Two convolutions with a way around the second, averaged over the image. */
  private static ComputationGraph residual(int classes) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Adam(0.01))
                .graphBuilder()
                .addInputs("image")
                .addLayer("first", convolution(Activation.RELU), "image")
                .addLayer("second", convolution(Activation.RELU), "first")
                .addVertex(
                    "sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "first", "second")
                .addLayer("average", new GlobalPoolingLayer(PoolingType.AVG), "sum")
                .addLayer("scores", output(classes), "average")
                .setOutputs("scores")
                .setInputTypes(InputType.convolutional(SIZE, SIZE, 3))
                .build());
    graph.init();
    return graph;
  }

  private static OutputLayer output(int classes) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(classes)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static MultiLayerNetwork perceptron() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Adam(0.01))
                .list(
                    new DenseLayer.Builder().nOut(16).activation(Activation.RELU).build(),
                    output(3))
                .setInputType(InputType.feedForward(4))
                .build());
    network.init();
    return network;
  }

  private static Outcome execute(Object... arguments) {
    return Outcome.of(Qat4j.commandLine(), arguments);
  }

  private JsonNode report(String run) throws IOException {
    return new ObjectMapper().readTree(folder.resolve("runs/" + run + "/report.json").toFile());
  }

  private static String last(Outcome outcome) {
    List<String> lines = outcome.out().lines().toList();
    return lines.get(lines.size() - 1);
  }

  private Path flowers() throws IOException {
    Random random = new Random(5);
    StringBuilder text =
        new StringBuilder("sepal length,sepal width,petal length,petal width,kind\n");
    for (int i = 0; i < 150; i++) {
      double[] kind = KINDS[i / 50];
      for (double length : kind) {
        text.append(String.format(Locale.ROOT, "%.2f,", length + 0.15 * random.nextGaussian()));
      }
      text.append(List.of("low", "middle", "high").get(i / 50)).append('\n');
    }
    return Files.writeString(folder.resolve("flowers.csv"), text);
  }

  /** The zip's network is untrained; its normalizer maps to [-1, 1]. */
  @Test
  void graph_onOwnImages_isTrainedQuantizedAndRunAlike() throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("shapes.yaml"),
            """
            network: %s
            data: %s
            float:
              epochs: 25
              batch: 16
            qat:
              epochs: 3
              batch: 16
              learningRate: 0.001
            """
                .formatted(residual, images));

    Outcome trained = execute("train", config, "--out", folder.resolve("runs"));

    assertEquals(0, trained.status(), trained.err());
    JsonNode report = report("shapes");
    assertEquals(0, report.at("/codes/mismatched").asLong());
    assertEquals(30, report.at("/accuracy/images").asInt());
    double int8 = report.at("/accuracy/int8").asDouble();
    assertTrue(int8 >= 0.9, report.get("accuracy")::toString);
    assertEquals(report.at("/accuracy/qat"), report.at("/accuracy/int8"));
    assertTrue(report.at("/ort/agreeing").asInt() >= 29, report.get("ort")::toString);

    Path model = folder.resolve("runs/shapes/model.onnx");
    Outcome run = execute("run", "--model", model, "--data", images);
    assertEquals(0, run.status(), run.err());
    assertEquals(
        String.format(Locale.ROOT, "accuracy\t%.4f\t(%.0f of 30)", int8, 30 * int8), last(run));
    assertTrue(run.out().contains("class\tbars\t"), run.out());

    // One image of a folder without classes: the model itself knows their names and its scaling.
    Outcome one = execute("run", model, "--input", images.resolve("test/disc/25.png"));
    assertEquals("25.png\t1\tdisc", last(one));

    // What the run has written serves as a network again.
    Outcome again =
        execute(
            "train",
            Files.writeString(
                folder.resolve("again.yaml"), "float:\n  epochs: 0\nqat:\n  epochs: 1\n"),
            "--network",
            folder.resolve("runs/shapes/float.zip"),
            "--data",
            images,
            "--out",
            folder.resolve("runs"));
    assertEquals(0, again.status(), again.err());
    assertEquals(report.at("/accuracy/float"), report("again").at("/accuracy/float"));
  }

  /** The zip's network is trained already, behind a normalizer that was fitted to the data. */
  @Test
  void perceptron_onACsvFile_keepsItsNormalizerAndClasses() throws IOException {
    Path csv = flowers();
    List<double[]> rows = new java.util.ArrayList<>();
    for (String line : Files.readAllLines(csv).subList(1, 151)) {
      String[] cells = line.split(",");
      rows.add(java.util.Arrays.stream(cells).limit(4).mapToDouble(Double::parseDouble).toArray());
    }
    org.nd4j.linalg.api.ndarray.INDArray features =
        Nd4j.create(rows.toArray(double[][]::new))
            .castTo(org.nd4j.linalg.api.buffer.DataType.FLOAT);
    org.nd4j.linalg.api.ndarray.INDArray labels = Nd4j.zeros(150, 3);
    // Classes are by alphabet: high, low, middle.
    for (int i = 0; i < 150; i++) {
      labels.putScalar(i, List.of(1, 2, 0).get(i / 50), 1);
    }
    org.nd4j.linalg.dataset.DataSet all = new org.nd4j.linalg.dataset.DataSet(features, labels);
    NormalizerStandardize normalizer = new NormalizerStandardize();
    normalizer.fit(all);
    normalizer.transform(all);
    MultiLayerNetwork network = perceptron();
    for (int i = 0; i < 150; i++) {
      network.fit(all);
    }
    Path zip = folder.resolve("flowers.zip");
    ModelSerializer.writeModel(network, zip.toFile(), true);
    ModelSerializer.addNormalizerToModel(zip.toFile(), normalizer);
    Path config =
        Files.writeString(
            folder.resolve("flowers.yaml"),
            "float:\n  epochs: 0\nqat:\n  epochs: 2\n  batch: 20\n");

    Outcome trained =
        execute("train", config, "--network", zip, "--data", csv, "--out", folder.resolve("runs"));

    assertEquals(0, trained.status(), trained.err());
    assertTrue(report("flowers").at("/accuracy/float").asDouble() >= 0.95);
    assertTrue(report("flowers").at("/accuracy/int8").asDouble() >= 0.95);
    assertEquals(30, report("flowers").at("/accuracy/images").asInt());
    Path model = folder.resolve("runs/flowers/model.onnx");
    Outcome run = execute("run", "--model", model, "--data", csv);
    assertEquals(0, run.status(), run.err());
    assertTrue(run.out().contains("class\tmiddle\t"), run.out());
    assertTrue(last(run).matches("accuracy\t(0\\.9[5-9]|1\\.0).*of 150\\)"), last(run));

    // Without the column of classes they are answered.
    Path one = Files.writeString(folder.resolve("one.csv"), "5.0,3.4,1.5,0.2\n");
    assertEquals("0\t1\tlow", last(execute("run", model, "--data", one)));
  }

  @Test
  void classes_onTheClassPath_giveNetworkAndData() throws IOException {
    Path source = folder.resolve("src/com/acme/Toy.java");
    Files.createDirectories(source.getParent());
    Files.writeString(
        source,
        """
        package com.acme;

        import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
        import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
        import org.deeplearning4j.nn.conf.layers.DenseLayer;
        import org.deeplearning4j.nn.conf.layers.OutputLayer;
        import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
        import org.nd4j.linalg.activations.Activation;
        import org.nd4j.linalg.api.ndarray.INDArray;
        import org.nd4j.linalg.dataset.DataSet;
        import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
        import org.nd4j.linalg.factory.Nd4j;
        import org.nd4j.linalg.learning.config.Adam;
        import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

        public final class Toy {
          public static MultiLayerNetwork network() {
            return new MultiLayerNetwork(new NeuralNetConfiguration.Builder().seed(1)
                .updater(new Adam(0.02)).list(
                    new DenseLayer.Builder().nIn(2).nOut(8).activation(Activation.RELU).build(),
                    new OutputLayer.Builder(LossFunction.MCXENT).nIn(8).nOut(2)
                        .activation(Activation.SOFTMAX).build()).build());
          }

          public static DataSetIterator train() { return data(1, 200); }

          public static DataSetIterator test() { return data(2, 50); }

          private static DataSetIterator data(long seed, int count) {
            INDArray features = Nd4j.rand(count, 2, new org.nd4j.linalg.cpu.nativecpu.rng.CpuNativeRandom(seed));
            INDArray labels = Nd4j.zeros(count, 2);
            for (int i = 0; i < count; i++) {
              labels.putScalar(i, features.getDouble(i, 0) > features.getDouble(i, 1) ? 0 : 1, 1);
            }
            return new ListDataSetIterator<>(new DataSet(features, labels).asList(), 32);
          }
        }
        """);
    Path classes = Files.createDirectories(folder.resolve("classes"));
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", classes.toString(), source.toString());
    assertEquals(0, compiled);
    Path config =
        Files.writeString(
            folder.resolve("toy.yaml"),
            "network: com.acme.Toy\ndata: com.acme.Toy\nfloat:\n  epochs: 20\nqat:\n  epochs: 2\n");

    Outcome trained =
        execute("train", config, "--classpath", classes, "--out", folder.resolve("runs"));

    assertEquals(0, trained.status(), trained.err());
    JsonNode report = report("toy");
    assertEquals(50, report.at("/accuracy/images").asInt());
    assertTrue(report.at("/accuracy/int8").asDouble() >= 0.85, report.get("accuracy")::toString);
    assertFails(
        "no such network: 'com.acme.Toy' is none of [lenet, resnet20], no file, and no class (its jar"
            + " or folder is given with --classpath)",
        "train",
        config);
    assertFails(
        "--classpath: no such file or folder: " + folder.resolve("absent.jar"),
        "train",
        config,
        "--classpath",
        folder.resolve("absent.jar"));
  }

  private void assertFails(String message, Object... arguments) {
    Object[] all = java.util.Arrays.copyOf(arguments, arguments.length + 4);
    all[arguments.length] = "--out";
    all[arguments.length + 1] = folder.resolve("none");
    all[arguments.length + 2] = "--name";
    all[arguments.length + 3] = "none";
    execute(all).assertFailed(1, "qat4j: " + message);
    assertFalse(Files.exists(folder.resolve("none")), "something was written");
  }

  @Test
  void data_ofOtherClasses_isRefusedBeforeAnythingIsWritten() throws IOException {
    Path four = folder.resolve("four.zip");
    ModelSerializer.writeModel(residual(4), four.toFile(), true);

    assertFails(
        images
            + ", train: has 3 classes [bars, disc, frame], but the network tells 4 apart; give the"
            + " data of its classes, or a network with 3 outputs",
        "train",
        "--network",
        four,
        "--data",
        images);
    assertFails(
        flowers()
            + ": holds rows of features, but "
            + four
            + " takes images; give a folder of"
            + " images for each class",
        "train",
        "--network",
        four,
        "--data",
        flowers());
    assertFails(
        four
            + " tells 4 classes apart, but the data has 10; set network or data.source to one that"
            + " fits the other",
        "train",
        Files.writeString(folder.resolve("digits.yaml"), "data:\n  source: digits\n"),
        "--network",
        four);
    assertFails(
        "no such file or folder: nowhere; give the data with --data or as data.folder",
        "train",
        "--network",
        four,
        "--data",
        "nowhere");
    assertFails("no such file: absent.zip", "train", "--network", "absent.zip", "--data", images);
  }

  @Test
  void builtInNetwork_onOwnImages_scalesThem() throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("lenet.yaml"),
            "network: lenet\ndata: " + images + "\nfloat:\n  epochs: 1\n");

    assertFails(
        images
            + ", train: has 3 classes [bars, disc, frame], but the network tells 10 apart; give the"
            + " data of its classes, or a network with 3 outputs",
        "train",
        config);
  }

  @Test
  void train_withoutConfigOrNetwork_isWrongUsage() {
    execute("train", "--data", images)
        .assertFailed(2, "qat4j: CONFIG is missing, or else --network and --data");
  }
}
