package org.qat4j.training.filters;

import java.util.NavigableSet;
import java.util.TreeSet;
import org.qat4j.training.network.Stage;

/**
 * One channel or feature of a network's tensors, as long as it is the same: from the filters that
 * compute it to all that read it. Sums make several the same.
 */
final class Channel {
  private Channel same;
  private final NavigableSet<String> makers = new TreeSet<>();
  private double norm;
  private boolean fixed;
  private Stage obstacle;
  private boolean removed;

  /** What stands for all channels that are the same. */
  Channel whole() {
    Channel whole = this;
    while (whole.same != null) {
      whole = whole.same;
    }
    return whole;
  }

  void unite(Channel other) {
    Channel here = whole();
    Channel there = other.whole();
    if (here != there) {
      there.same = here;
      here.makers.addAll(there.makers);
      here.norm += there.norm;
      here.fixed |= there.fixed;
      here.obstacle = here.obstacle == null ? there.obstacle : here.obstacle;
    }
  }

  /** Adds a filter that computes it. */
  void madeBy(String layer, double l1Norm) {
    whole().makers.add(layer);
    whole().norm += l1Norm;
  }

  /** It is the network's output. */
  void fix() {
    whole().fixed = true;
  }

  /** It cannot be removed because of what reads it. */
  void block(Stage reader) {
    whole().obstacle = reader;
  }

  void remove() {
    whole().removed = true;
  }

  NavigableSet<String> makers() {
    return whole().makers;
  }

  double norm() {
    return whole().norm;
  }

  boolean isFixed() {
    return whole().fixed;
  }

  /** What cannot be followed; null for nothing. */
  Stage obstacle() {
    return whole().obstacle;
  }

  boolean isRemoved() {
    return whole().removed;
  }
}
