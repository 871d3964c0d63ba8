package org.qat4j.runtime;

import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.qat4j.graph.Tensor;

/**
 * A backend's offer to compute a region, exactly.
 *
 * @param speed how many times as fast as the scalar reference, roughly, above 0: what the rule goes
 *     by, which compares estimates. A power of ten is precise enough.
 * @param storages how the kernel reads each input of the region and writes each output
 * @param kernel prepares the kernel; called once if the offer is taken, else not
 */
public record Offer(
    Region region, double speed, Function<Tensor, Storage> storages, Supplier<Kernel> kernel) {
  public Offer {
    if (!(speed > 0 && Double.isFinite(speed))) {
      throw new IllegalArgumentException(
          "the speed offered for '" + region + "' must be finite and > 0, got " + speed);
    }
  }

  /** An offer of a kernel that works on the host in the plain layouts. */
  public Offer(Region region, double speed, Supplier<Kernel> kernel) {
    this(region, speed, Storage::plain, kernel);
  }

  /**
   * This offer, and where real numbers have two orders the same with them channels last, of a
   * kernel that binds to both.
   */
  public Stream<Offer> inEitherOrder() {
    Offer last =
        new Offer(region, speed, tensor -> Storage.onHost(tensor, PlainLayout.NHWC), kernel);
    boolean same =
        Stream.concat(region.inputs().stream(), region.outputs().stream())
            .allMatch(tensor -> last.stored(tensor).isPlain());
    return same ? Stream.of(this) : Stream.of(this, last);
  }

  StoredTensor stored(Tensor tensor) {
    return new StoredTensor(tensor, storages.apply(tensor));
  }
}
