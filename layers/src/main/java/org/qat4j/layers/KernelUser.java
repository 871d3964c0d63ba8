package org.qat4j.layers;

import java.util.Map;

/** A layer that computes by training kernels. */
public interface KernelUser {
  /** The kernel family of each of its operations, by the operation's name. */
  Map<String, String> kernelFamilies();
}
