package org.qat4j.runtime;

import java.util.List;
import java.util.Optional;
import org.qat4j.graph.Graph;

/**
 * A family of kernels. Found by {@link java.util.ServiceLoader}; stateless and shared by all
 * threads.
 *
 * <p>Whatever kernel a backend offers is exact on this machine: it computes docs/numerics.md bit
 * for bit. One that cannot, on this processor, is not offered.
 */
public interface Backend {
  /** Short lower-case name for options and plans, for example {@code onednn}. */
  String name();

  /** One sentence on what it runs on. */
  String description();

  /** Why nothing of it can run on this machine; empty if it can. */
  Optional<String> absence();

  /**
   * Whether this is a second-best for operations that the requested backend leaves out, rather than
   * only chosen by name.
   */
  boolean completesOthers();

  /**
   * The regions of a graph that this backend has exact kernels for. They may overlap, and the same
   * one may be offered several times with different storages: {@link Choice} says which are taken.
   * Where every node is to run in a kernel of its own, to be watched or traced, only the offers of
   * one node count.
   */
  List<Offer> offers(Graph graph);

  /**
   * Called on the running thread before it binds or runs steps. The backend's native code must then
   * use this thread alone: a session with several threads shares out images, not kernels.
   */
  default void enter() {}

  /** Called on the same thread afterwards, also if a step failed. */
  default void leave() {}
}
