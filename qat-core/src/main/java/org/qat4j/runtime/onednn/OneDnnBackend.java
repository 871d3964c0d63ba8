package org.qat4j.runtime.onednn;

import java.util.Optional;
import org.qat4j.graph.Op;
import org.qat4j.runtime.Backend;
import org.qat4j.runtime.Kernel;
import org.qat4j.runtime.Region;
import org.qat4j.runtime.Storage;

/** oneDNN's primitives, where they are exact. */
public final class OneDnnBackend implements Backend {
  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public String description() {
    return "Intel oneDNN on the CPU, 8-bit integers (float32 holding integers where 8-bit sums saturate)";
  }

  @Override
  public Optional<String> absence() {
    return OneDnn.absence();
  }

  @Override
  public int preference() {
    return 100;
  }

  @Override
  public boolean completesOthers() {
    return false;
  }

  @Override
  public void enter(int threads) {
    OpenMp.use(threads);
  }

  @Override
  public void leave(int threads) {
    OpenMp.restore(threads);
  }

  @Override
  public Optional<Kernel> kernel(Region region) {
    if (!region.input().isCodes() || !narrow(region)) {
      return Optional.empty();
    }
    if (region.matches(Op.MaxPool.class) && region.first().op() instanceof Op.MaxPool pool) {
      return Int8MaxPool.supports(pool.window(), region.input().shape())
          ? Optional.of(new Int8MaxPool(pool.window(), region.input(), region.output()))
          : Optional.empty();
    }
    return Layer.of(region).flatMap(OneDnnBackend::layer);
  }

  private static Optional<Kernel> layer(Layer layer) {
    if (!OneDnn.int8Exact() || !layer.weights().isSymmetric()) {
      return ExactFloatConv.of(layer);
    }
    return Optional.of(layer.isDense() ? new Int8Dense(layer) : new Int8Conv(layer));
  }

  private static boolean narrow(Region region) {
    return Storage.of(region.output()).bytes() != 2 && Storage.of(region.input()).bytes() == 1;
  }
}
