package org.qat4j.training.filters;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The channels of one tensor, in order.
 *
 * @param all one for each channel or feature; empty where they are the network's input or come out
 *     of what cannot be followed, so that all of them stay
 */
record Channels(List<Channel> all) {
  static final Channels UNKNOWN = new Channels(List.of());

  Channels {
    all = List.copyOf(all);
  }

  static Channels fresh(long count) {
    List<Channel> fresh = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      fresh.add(new Channel());
    }
    return new Channels(fresh);
  }

  boolean isKnown() {
    return !all.isEmpty();
  }

  /** Each channel so many times in a row, as its pixels lie when it is flattened. */
  Channels repeated(long times) {
    List<Channel> repeated = new ArrayList<>();
    for (Channel channel : all) {
      for (long i = 0; i < times; i++) {
        repeated.add(channel);
      }
    }
    return new Channels(repeated);
  }

  /** Runs of equal length become one channel each. */
  Channels gathered(long channels) {
    List<Channel> gathered = new ArrayList<>();
    int length = Math.toIntExact(all.size() / channels);
    for (int i = 0; i < all.size(); i++) {
      if (i % length == 0) {
        gathered.add(all.get(i));
      } else {
        gathered.get(gathered.size() - 1).unite(all.get(i));
      }
    }
    return new Channels(gathered);
  }

  /** The positions of those that stay. */
  int[] kept() {
    return IntStream.range(0, all.size()).filter(i -> !all.get(i).isRemoved()).toArray();
  }
}
