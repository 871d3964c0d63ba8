package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingModelSaver;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.saver.LocalFileGraphSaver;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingGraphTrainer;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.InvocationType;
import org.deeplearning4j.optimize.listeners.CheckpointListener;
import org.deeplearning4j.optimize.listeners.CollectScoresIterationListener;
import org.deeplearning4j.optimize.listeners.EvaluativeListener;
import org.deeplearning4j.optimize.listeners.PerformanceListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;

/** Deeplearning4j's early stopping and listeners on prepared networks. */
class EarlyStoppingTest {
  private static final DataSet HELD = TestNetworks.data(1000, 64, DataType.FLOAT);
  private static final INDArray IMAGES = HELD.getFeatures();

  private static DataSetIterator batches() {
    List<DataSet> batches = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      batches.add(TestNetworks.data(i, 16, DataType.FLOAT));
    }
    return new ExistingDataSetIterator(batches);
  }

  private static <T extends Model> EarlyStoppingConfiguration<T> threeEpochs(
      EarlyStoppingModelSaver<T> saver) {
    return new EarlyStoppingConfiguration.Builder<T>()
        .epochTerminationConditions(new MaxEpochsTerminationCondition(3))
        .scoreCalculator(
            new DataSetLossCalculator(new ExistingDataSetIterator(List.of(HELD)), true))
        .modelSaver(saver)
        .build();
  }

  /** Deeplearning4j asks the restored model, which was not scored yet. */
  private static double bestScore(EarlyStoppingResult<?> result) {
    return result.getScoreVsEpoch().get(result.getBestModelEpoch());
  }

  @Test
  void earlyStopping_multiLayerNetwork_bestModelHasItsScoreAndDeploys() {
    MultiLayerNetwork network =
        Qat.prepare(TestNetworks.multiLayer(7, DataType.FLOAT), QatConfig.int8());
    EarlyStoppingResult<MultiLayerNetwork> result =
        new EarlyStoppingTrainer(threeEpochs(new InMemoryModelSaver<>()), network, batches()).fit();
    MultiLayerNetwork best = result.getBestModel();
    assertEquals(bestScore(result), best.score(HELD, false), 1e-6);
    assertEquals(3, result.getTotalEpochs());
    assertEquals(6, Parity.requireSameCodes(best, Qat.convert(best), IMAGES));
  }

  @Test
  void earlyStopping_graph_bestModelHasItsScoreAndDeploys(@TempDir Path folder) {
    ComputationGraph network = Qat.prepare(TestNetworks.residual(7), QatConfig.int8());
    EarlyStoppingResult<ComputationGraph> result =
        new EarlyStoppingGraphTrainer(
                threeEpochs(new LocalFileGraphSaver(folder.toString())), network, batches())
            .fit();
    ComputationGraph best = result.getBestModel();
    assertEquals(bestScore(result), best.score(HELD, false), 1e-6);
    assertEquals(10, Parity.requireSameCodes(best, Qat.convert(best), IMAGES));
  }

  @Test
  void listeners_duringFit_seeScoresEvaluationAndCheckpoints(@TempDir Path folder) {
    MultiLayerNetwork network =
        Qat.prepare(TestNetworks.multiLayer(7, DataType.FLOAT), QatConfig.int8());
    CollectScoresIterationListener scores = new CollectScoresIterationListener(1);
    EvaluativeListener evaluation =
        new EvaluativeListener(
            new ExistingDataSetIterator(List.of(HELD)), 1, InvocationType.EPOCH_END);
    CheckpointListener checkpoints =
        new CheckpointListener.Builder(folder.toFile()).keepAll().saveEveryNEpochs(1).build();
    network.setListeners(scores, evaluation, new PerformanceListener(1, true), checkpoints);
    network.fit(batches(), 2);
    assertEquals(8, scores.getScoreVsIter().getEffectiveIndexes().length);
    Evaluation seen = (Evaluation) evaluation.getEvaluations()[0];
    Evaluation now = network.evaluate(new ExistingDataSetIterator(List.of(HELD)));
    assertEquals(now.accuracy(), seen.accuracy(), "at the end of the last epoch");
    MultiLayerNetwork restored = CheckpointListener.loadLastCheckpointMLN(folder.toFile());
    assertEquals(network.output(IMAGES), restored.output(IMAGES));
  }
}
