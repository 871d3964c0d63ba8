package org.qat4j.distillation;

import java.util.List;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** Batches of another iterator, with new labels. */
final class TaughtIterator implements DataSetIterator {
  private static final long serialVersionUID = 1L;

  private final DataSetIterator data;
  private final transient UnaryOperator<DataSet> labels;

  TaughtIterator(DataSetIterator data, UnaryOperator<DataSet> labels) {
    this.data = data;
    this.labels = labels;
  }

  @Override
  public boolean hasNext() {
    return data.hasNext();
  }

  @Override
  public DataSet next() {
    return labels.apply(data.next());
  }

  @Override
  public DataSet next(int count) {
    return labels.apply(data.next(count));
  }

  @Override
  public int inputColumns() {
    return data.inputColumns();
  }

  @Override
  public int totalOutcomes() {
    return data.totalOutcomes();
  }

  @Override
  public boolean resetSupported() {
    return data.resetSupported();
  }

  /** A network infers in one thread at a time, and the teacher may be in use elsewhere. */
  @Override
  public boolean asyncSupported() {
    return false;
  }

  @Override
  public void reset() {
    data.reset();
  }

  @Override
  public int batch() {
    return data.batch();
  }

  /** Sets that of the underlying iterator: it works before the teacher sees a batch. */
  @Override
  public void setPreProcessor(DataSetPreProcessor preProcessor) {
    data.setPreProcessor(preProcessor);
  }

  @Override
  public DataSetPreProcessor getPreProcessor() {
    return data.getPreProcessor();
  }

  @Override
  public List<String> getLabels() {
    return data.getLabels();
  }
}
