package org.qat4j.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;
import org.qat4j.scheme.QuantParams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the clamped codes of one session, and reports layers that clamp too many. Members count at
 * the same time, anyone may look; allocates nothing while all layers keep to the threshold.
 */
final class SaturationWatch {
  private static final Logger LOG = LoggerFactory.getLogger(SaturationWatch.class);

  private final Graph graph;
  private final SaturationRule rule;
  private final Map<String, Layer> layers = new LinkedHashMap<>();
  private final List<Layer> inOrder;
  private int windowImages;

  SaturationWatch(Graph graph, SaturationRule rule) {
    this.graph = graph;
    this.rule = rule;
    for (Node node : graph.nodes()) {
      if (WatchedEnds.exist(graph, node)) {
        layers.put(node.name(), new Layer(node, WatchedEnds.of(graph, node)));
      }
    }
    this.inOrder = List.copyOf(layers.values());
  }

  /** The totals of one layer. */
  private static final class Layer {
    private final Node node;
    private final WatchedEnds ends;
    private final AtomicLong codes = new AtomicLong();
    private final AtomicLong low = new AtomicLong();
    private final AtomicLong high = new AtomicLong();
    private long codesBefore;
    private long lowBefore;
    private long highBefore;
    private boolean warned;

    Layer(Node node, WatchedEnds ends) {
      this.node = node;
      this.ends = ends;
    }

    void add(int counted, WatchedEnds.Scratch scratch) {
      codes.addAndGet(counted);
      low.addAndGet(scratch.low());
      high.addAndGet(scratch.high());
    }

    /** The ends are read first, so that a count in between never makes the fraction too large. */
    Saturation total() {
      long lowNow = low.get();
      long highNow = high.get();
      return new Saturation(node.name(), node.output(), codes.get(), lowNow, highNow);
    }

    /**
     * Whether the window that ends here is above the threshold; {@link #startWindow} comes next.
     */
    boolean isAbove(double threshold) {
      long clamped = low.get() - lowBefore + high.get() - highBefore;
      return clamped > threshold * (codes.get() - codesBefore);
    }

    Saturation window() {
      return new Saturation(
          node.name(),
          node.output(),
          codes.get() - codesBefore,
          low.get() - lowBefore,
          high.get() - highBefore);
    }

    void startWindow() {
      codesBefore = codes.get();
      lowBefore = low.get();
      highBefore = high.get();
    }
  }

  /** The step followed by a count of what it clamped; the step itself if it clamps nothing. */
  Step watched(Step step, Region region, Binding binding, WatchedEnds.Scratch scratch) {
    Layer layer = layers.get(region.last().name());
    if (layer == null) {
      return step;
    }
    Buffer counted = binding.buffer(layer.ends.counted(graph, layer.node));
    return new Step() {
      @Override
      public void run() {
        step.run();
        layer.ends.count(counted, scratch);
        layer.add(counted.elements(), scratch);
      }

      @Override
      public String implementation() {
        return step.implementation();
      }

      @Override
      public void close() {
        step.close();
      }
    };
  }

  /** All that was counted, by layer in execution order. */
  List<Saturation> snapshot() {
    List<Saturation> all = new ArrayList<>();
    inOrder.forEach(layer -> all.add(layer.total()));
    return List.copyOf(all);
  }

  /** Ends a window where enough images have run. Called by one thread at a time, between runs. */
  void ran(int images) {
    windowImages = (int) Math.min(Integer.MAX_VALUE, (long) windowImages + images);
    if (windowImages >= rule.images()) {
      windowImages = 0;
      for (int i = 0; i < inOrder.size(); i++) {
        endWindow(inOrder.get(i));
      }
    }
  }

  private void endWindow(Layer layer) {
    if (layer.isAbove(rule.threshold())) {
      Saturation window = layer.window();
      SaturationEvent.record(graph.name(), window);
      if (!layer.warned) {
        layer.warned = true;
        warn(layer, window);
      }
    }
    layer.startWindow();
  }

  private void warn(Layer layer, Saturation window) {
    QuantParams params = graph.outputOf(layer.node).params();
    LOG.warn(
        "layer '{}' of model '{}': {} of its last {} values were clamped to the calibrated range [{}, {}]"
            + " ({} below, {} above; threshold {}). Live input has left the range that the model was"
            + " quantized for: check its preprocessing (scale, mean, order of channels), or calibrate"
            + " or fine-tune again with such input. This layer is not reported again in this session;"
            + " see InferenceSession.saturation() and the JFR event org.qat4j.Saturation.",
        layer.node.name(),
        graph.name(),
        percent(window.fraction()),
        window.codes(),
        params.scale() * (params.range().min() - params.zeroPoint()),
        params.scale() * (params.range().max() - params.zeroPoint()),
        window.low(),
        window.high(),
        percent(rule.threshold()));
  }

  private static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * fraction);
  }
}
