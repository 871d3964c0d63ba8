package org.qat4j.training.calibration;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.qat4j.layers.InputQuantizer;
import org.qat4j.layers.QuantizingLayer;
import org.qat4j.observer.RangeObserver;
import org.qat4j.observer.TensorStatistics;
import org.qat4j.training.network.NetworkView;

/**
 * What was seen of each output of a float network that preparation gives codes, fused as it fuses
 * and with the running statistics of batch normalization. Immutable.
 *
 * <p>Depends on the network and the data alone, so that one serves any number of configurations.
 * Parts of the data may be observed apart, at the same time, and merged in their order: all is then
 * equal to what one pass over the whole gives, bit for bit, if parts begin where batches do. What
 * does not average batches depends neither on that order nor on the size of batches.
 */
public final class ActivationStatistics {
  private final int[] inputShape;
  private final long images;
  private final Map<String, TensorStatistics> layers;

  /**
   * @param inputShape of one image behind what Deeplearning4j does before the first layer
   * @param layers by the name of the prepared layer
   */
  ActivationStatistics(int[] inputShape, long images, Map<String, TensorStatistics> layers) {
    this.inputShape = inputShape.clone();
    this.images = images;
    this.layers = new LinkedHashMap<>(layers);
  }

  /** How many images were seen. */
  public long images() {
    return images;
  }

  /** The prepared layers whose output was seen. */
  public List<String> layers() {
    return List.copyOf(layers.keySet());
  }

  /**
   * What was seen of one layer's output.
   *
   * @throws IllegalArgumentException if none of that name was seen
   */
  public TensorStatistics layer(String name) {
    TensorStatistics layer = layers.get(name);
    if (layer == null) {
      throw new IllegalArgumentException(
          "nothing was seen of layer '"
              + name
              + "', only of "
              + layers.keySet()
              + "; observe the network that is to be calibrated");
    }
    return layer;
  }

  /**
   * These, then those of later images.
   *
   * @throws IllegalArgumentException if they are of other layers or of images of another shape
   */
  public ActivationStatistics merge(ActivationStatistics later) {
    if (!layers.keySet().equals(later.layers.keySet())
        || !Arrays.equals(inputShape, later.inputShape)) {
      throw new IllegalArgumentException(
          "cannot merge what was seen of layers "
              + later.layers.keySet()
              + " with images of "
              + Arrays.toString(later.inputShape)
              + " into what was seen of "
              + layers.keySet()
              + " with images of "
              + Arrays.toString(inputShape)
              + "; observe parts of the same data with the same network");
    }
    Map<String, TensorStatistics> merged = new LinkedHashMap<>();
    layers.forEach((name, seen) -> merged.put(name, seen.merge(later.layer(name))));
    return new ActivationStatistics(inputShape, images + later.images, merged);
  }

  /**
   * Gives the layers of a prepared network their ranges.
   *
   * @param prepared changed: what else it holds stays
   * @param joining how extremes of batches become one range, where no more is asked for
   * @throws IllegalArgumentException if the network has a layer of which nothing was seen
   */
  public void applyTo(NetworkView<?> prepared, RangeObserver joining) {
    Map<String, Layer> running = prepared.layers();
    prepared.stages().stream()
        .filter(stage -> running.get(stage.name()) instanceof QuantizingLayer<?>)
        .forEach(
            stage ->
                ((QuantizingLayer<?>) running.get(stage.name()))
                    .calibrate(layer(stage.name()), joining));
    ((InputQuantizer) prepared.stages().get(0).conf()).setInputShape(inputShape);
  }
}
