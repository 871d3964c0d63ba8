package org.qat4j.cli.data;

import java.util.List;

/** The examples of a part of a data set: their classes are known, the rest is read on demand. */
interface DataPart {
  /** What messages call it. */
  String where();

  int count();

  /** The class of each; empty if nothing says. */
  int[] labels();

  /** What the classes are called; empty if nothing says. */
  List<String> names();

  /**
   * Some of them.
   *
   * @throws org.qat4j.cli.error.UserException if one is broken or does not fit the network
   */
  Inputs read(int[] indices);
}
