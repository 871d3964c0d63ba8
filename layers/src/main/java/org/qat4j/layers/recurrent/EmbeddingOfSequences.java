package org.qat4j.layers.recurrent;

import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scatter.ScatterUpdate;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.ChannelsLast;

/** Looks up the rows of a table, step by step of all sequences. */
final class EmbeddingOfSequences extends BaseLayer<EmbeddingSequenceLayer> {
  private static final long serialVersionUID = 1L;
  private static final int[] TABLE_ROWS = {1};
  private static final String TABLE = DefaultParamInitializer.WEIGHT_KEY;

  EmbeddingOfSequences(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspace) {
    assertInputSet(false);
    INDArray indices = indices();
    long rows = indices.length();
    INDArray found =
        workspace.createUninitialized(
            ArrayType.ACTIVATIONS, dataType, new long[] {rows, layerConf().getNOut()}, 'c');
    Nd4j.pullRows(getParam(TABLE), found, 1, rowsOf(indices));
    mask(found);
    INDArray timeFirst =
        found.reshape('c', indices.size(1), indices.size(0), layerConf().getNOut());
    return Sequences.asLayersSee(timeFirst, layerConf().getOutputFormat());
  }

  /** Indices of rows, {@code [batch, time]}. */
  private INDArray indices() {
    boolean oneFeature = input.rank() == 3 && input.size(1) == 1;
    if (input.rank() != 2 && !oneFeature) {
      throw refusal("takes indices [batch, time] or [batch, 1, time], got ", input);
    }
    INDArray indices =
        oneFeature ? input.reshape(input.ordering(), input.size(0), input.size(2)) : input;
    if (!layerConf().isInferInputLength() && indices.size(1) != layerConf().getInputLength()) {
      throw refusal("takes sequences of " + layerConf().getInputLength() + " steps, got ", input);
    }
    return indices;
  }

  private DL4JInvalidInputException refusal(String what, INDArray found) {
    return new DL4JInvalidInputException(
        "embedding layer '"
            + layerConf().getLayerName()
            + "' "
            + what
            + Arrays.toString(found.shape()));
  }

  /** The row of each step of each sequence, step by step. */
  private int[] rowsOf(INDArray indices) {
    int[] rows = indices.transpose().dup('c').data().asInt();
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] < 0 || rows[i] >= layerConf().getNIn()) {
        throw new DL4JInvalidInputException(
            "embedding layer '"
                + layerConf().getLayerName()
                + "': index "
                + rows[i]
                + " at step "
                + i / indices.size(0)
                + " of sequence "
                + i % indices.size(0)
                + " is outside 0.."
                + (layerConf().getNIn() - 1));
      }
    }
    return rows;
  }

  /** Makes rows 0 at masked steps. */
  private void mask(INDArray rows) {
    if (maskArray == null) {
      return;
    }
    INDArray indices = indices();
    if (!Arrays.equals(maskArray.shape(), indices.shape())) {
      throw refusal(
          "takes a mask of the shape "
              + Arrays.toString(indices.shape())
              + " for this input, [batch, time]; got ",
          maskArray);
    }
    INDArray column = maskArray.transpose().dup('c').reshape('c', rows.size(0), 1);
    rows.muliColumnVector(column.castTo(dataType));
  }

  /** There is no gradient of indices. */
  @Override
  @SuppressWarnings("deprecation") // ND4J has no other scatter in place.
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspace) {
    assertInputSet(true);
    INDArray timeFirst =
        Sequences.timeFirst(epsilon.castTo(dataType), layerConf().getOutputFormat());
    INDArray delta =
        Sequences.rows(
            ChannelsLast.isInRowOrder(timeFirst) && maskArray == null
                ? timeFirst
                : timeFirst.dup('c'));
    mask(delta);
    INDArray table = gradientViews.get(TABLE);
    table.assign(0);
    Nd4j.scatterUpdate(
        ScatterUpdate.UpdateOp.ADD,
        table,
        Nd4j.createFromArray(rowsOf(indices())),
        delta,
        TABLE_ROWS);
    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(TABLE, table);
    return new Pair<>(gradient, null);
  }

  @Override
  public boolean hasBias() {
    return false;
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public Type type() {
    return Type.RECURRENT;
  }
}
