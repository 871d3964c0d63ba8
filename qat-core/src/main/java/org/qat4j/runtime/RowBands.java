package org.qat4j.runtime;

import java.util.ArrayList;
import java.util.List;
import org.qat4j.graph.Tensor;

/** Shares out the output rows of a single image's convolution to threads. */
public final class RowBands {
  /** About 1 us: below this, two threads gain less than their meeting costs. */
  private static final long LEAST_DIVIDED_MACS = 200_000;

  private RowBands() {}

  /** Binds a convolution, whole or a band of one. */
  @FunctionalInterface
  public interface Part {
    /**
     * Binds it.
     *
     * @param view what is computed
     * @param input the rows of the image that it reads
     * @param binding with those rows of all else
     */
    Step bind(ConvolutionView view, Buffer input, Binding binding);
  }

  /**
   * A step of as many bands as threads may share it, or one for the whole where that is faster or
   * rows do not lie together.
   *
   * @param rowByRow tensors, the result among them, whose rows are the convolution's output rows
   */
  public static Step bind(ConvolutionView view, List<Tensor> rowByRow, Binding binding, Part part) {
    int height = view.outputImage().height();
    int rows = (height + binding.ways() - 1) / binding.ways();
    boolean divided =
        binding.ways() > 1
            && view.output().isCodes()
            && (long) view.outputImage().elements() * view.weights().fanIn() >= LEAST_DIVIDED_MACS
            && view.hasBands(rows);
    if (!divided) {
      return part.bind(view, binding.buffer(view.input()), binding);
    }
    List<Step> bands = new ArrayList<>();
    try {
      for (int first = 0; first < height; first += rows) {
        bands.add(band(view, rowByRow, binding, part, first, Math.min(rows, height - first)));
      }
    } catch (RuntimeException e) {
      bands.forEach(Step::close);
      throw e;
    }
    return new DividedStep(bands);
  }

  private static Step band(
      ConvolutionView view,
      List<Tensor> rowByRow,
      Binding binding,
      Part part,
      int first,
      int rows) {
    ConvolutionView band = view.band(first, rows);
    int firstInput = Math.max(0, view.firstInputRow(first));
    Buffer input = binding.buffer(view.input()).rows(firstInput, band.image().height());
    List<Buffer> own =
        rowByRow.stream().map(tensor -> binding.buffer(tensor).rows(first, rows)).toList();
    return part.bind(band, input, binding.with(own));
  }
}
