package org.qat4j.runtime.onednn;

import org.qat4j.runtime.NativeScope;
import org.qat4j.runtime.Step;

/** Primitives that run one after another, and the owner of all that they need. */
final class NativeStep implements Step {
  private final NativeScope scope;
  private final Primitive[] primitives;

  NativeStep(NativeScope scope, Primitive... primitives) {
    this.scope = scope;
    this.primitives = primitives.clone();
  }

  @Override
  public void run() {
    for (Primitive primitive : primitives) {
      primitive.execute();
    }
  }

  @Override
  public String implementation() {
    return primitives[0].implementation();
  }

  @Override
  public void close() {
    scope.close();
  }
}
