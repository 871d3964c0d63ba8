package org.qat4j.runtime;

import java.util.List;

/** Steps that do not touch each other's output, as the parts of one. */
final class DividedStep implements Step {
  private final Step[] parts;

  DividedStep(List<Step> parts) {
    this.parts = parts.toArray(Step[]::new);
  }

  @Override
  public void run() {
    for (Step part : parts) {
      part.run();
    }
  }

  @Override
  public int parts() {
    return parts.length;
  }

  @Override
  public void runPart(int part) {
    parts[part].run();
  }

  @Override
  public String implementation() {
    return parts[0].implementation() + " in " + parts.length + " bands";
  }

  @Override
  public void close() {
    for (Step part : parts) {
      part.close();
    }
  }
}
