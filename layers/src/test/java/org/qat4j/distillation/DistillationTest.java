package org.qat4j.distillation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

class DistillationTest {
  private static final DataSet HELD = TestNetworks.data(1000, 64, DataType.FLOAT);
  private static final MultiLayerNetwork TEACHER = fitted();

  private static DataSetIterator batches() {
    List<DataSet> batches = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      batches.add(TestNetworks.data(i, 16, DataType.FLOAT));
    }
    return new ExistingDataSetIterator(batches);
  }

  private static MultiLayerNetwork fitted() {
    MultiLayerNetwork network = TestNetworks.multiLayer(7, DataType.FLOAT);
    network.fit(batches(), 4);
    return network;
  }

  /** Mean KL(teacher || student) over held images. */
  private static double divergence(INDArray teacher, INDArray student) {
    INDArray logRatio = Transforms.log(teacher).subi(Transforms.log(student));
    return teacher.mul(logRatio).sum(1).meanNumber().doubleValue();
  }

  @Test
  void fit_taught_approachesTheTeacher() {
    Distillation distillation = Distillation.of(TEACHER, 3, 1);
    MultiLayerNetwork student =
        distillation.teach(
            Qat.prepare(TestNetworks.multiLayer(8, DataType.FLOAT), QatConfig.int8()));
    INDArray expected = TEACHER.output(HELD.getFeatures());
    student.fit(distillation.labels(batches()), 1);
    double early = divergence(expected, student.output(HELD.getFeatures()));
    student.fit(distillation.labels(batches()), 4);
    double late = divergence(expected, student.output(HELD.getFeatures()));
    assertTrue(late < 0.5 * early, "KL " + early + ", then " + late);
  }

  @Test
  void fit_taughtGraph_approachesTheTeacherAndDeploys() {
    ComputationGraph teacher = TestNetworks.graph(7);
    teacher.fit(batches(), 4);
    Distillation distillation = Distillation.of(teacher, 3, 1);
    ComputationGraph student =
        distillation.teach(Qat.prepare(TestNetworks.graph(8), QatConfig.int8()));
    INDArray expected = teacher.outputSingle(HELD.getFeatures());
    student.fit(distillation.labels(batches()), 1);
    double early = divergence(expected, student.outputSingle(HELD.getFeatures()));
    student.fit(distillation.labels(batches()), 4);
    double late = divergence(expected, student.outputSingle(HELD.getFeatures()));
    assertTrue(late < 0.5 * early, "KL " + early + ", then " + late);
    assertEquals(5, Parity.requireSameCodes(student, Qat.convert(student), HELD.getFeatures()));
    assertTrue(student.evaluate(new ExistingDataSetIterator(List.of(HELD))).accuracy() > 0.5);
  }

  @Test
  void restore_taught_evaluatesTrainsAndDeploysWithoutTheTeacher(@TempDir Path folder)
      throws Exception {
    Distillation distillation = Distillation.of(TEACHER, 4, 0.7);
    MultiLayerNetwork student = distillation.teach(Qat.prepare(TEACHER, QatConfig.int8()));
    student.fit(distillation.labels(batches()), 1);
    File file = folder.resolve("taught.zip").toFile();
    ModelSerializer.writeModel(student, file, true);
    MultiLayerNetwork restored = ModelSerializer.restoreMultiLayerNetwork(file, true);
    assertEquals(student.score(HELD), restored.score(HELD));
    DataSetIterator held = new ExistingDataSetIterator(List.of(HELD));
    assertEquals(student.evaluate(held).accuracy(), restored.evaluate(held).accuracy());
    assertEquals(6, Parity.requireSameCodes(restored, Qat.convert(restored), HELD.getFeatures()));
    restored.fit(distillation.labels(HELD));
    INDArray before = restored.params().dup();
    Exception forgotten = assertThrows(IllegalArgumentException.class, () -> restored.fit(HELD));
    assertEquals(
        "distillation loss: the labels come without the teacher's logits, which have weight 0.7:"
            + " fit with Distillation.labels(data), or train without the teacher after"
            + " Distillation.dismiss(network)",
        forgotten.getMessage());
    assertEquals(before, restored.params());
    Distillation.dismiss(restored).fit(HELD);
    assertNotEquals(before, restored.params());
  }

  @Test
  void configuration_taughtThroughJsonAndYaml_isUnchanged() {
    MultiLayerConfiguration configuration =
        Distillation.of(TEACHER, 4, 0.7)
            .teach(Qat.prepare(TEACHER, QatConfig.int8()))
            .getLayerWiseConfigurations();
    assertEquals(configuration, MultiLayerConfiguration.fromJson(configuration.toJson()));
    assertEquals(configuration, MultiLayerConfiguration.fromYaml(configuration.toYaml()));
  }

  @Test
  void teach_twice_keepsTheLabelLossAndTakesTheNewNumbers() {
    MultiLayerNetwork student = Qat.prepare(TEACHER, QatConfig.int8());
    MultiLayerNetwork once = Distillation.of(TEACHER, 2, 0.5).teach(student.clone());
    Distillation.of(TEACHER, 9, 0.1).teach(student);
    Distillation.of(TEACHER, 2, 0.5).teach(student);
    assertEquals(once.getLayerWiseConfigurations(), student.getLayerWiseConfigurations());
  }

  @Test
  void labels_sourceBatch_isNotChanged() {
    DataSet batch = TestNetworks.data(1, 16, DataType.FLOAT);
    DataSet taught = Distillation.of(TEACHER, 4, 0.7).labels(batch);
    assertEquals(TestNetworks.CLASSES, batch.getLabels().size(1));
    assertEquals(2 * TestNetworks.CLASSES, taught.getLabels().size(1));
  }

  @Test
  void teach_notPrepared_isRefused() {
    Distillation distillation = Distillation.of(TEACHER, 4, 0.7);
    var error =
        assertThrows(IllegalArgumentException.class, () -> distillation.teach(TEACHER.clone()));
    assertEquals(
        "student: output layer 'layer8' (OutputLayer) checks the width of its labels, which must hold the teacher's"
            + " logits too; expected a LossLayer, as in what Qat.prepare returns",
        error.getMessage());
  }
}
