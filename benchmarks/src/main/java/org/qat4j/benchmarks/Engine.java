package org.qat4j.benchmarks;

/** A network ready to run on one batch size, with its arrays in place. */
interface Engine extends AutoCloseable {
  /** Name in reports. */
  String name();

  /** The median time of one call in milliseconds, measured for some seconds. */
  double medianMs(double seconds);

  @Override
  void close();
}
