package org.qat4j.runtime;

import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Tensor;

/** A tensor in one of the storages that a program has it in. */
record StoredTensor(Tensor tensor, Storage storage) {
  /** Scale and zero point of one image. */
  static final int PARAMS_BYTES = Float.BYTES + Integer.BYTES;

  static StoredTensor plain(Tensor tensor) {
    return new StoredTensor(tensor, Storage.plain(tensor));
  }

  boolean isPlain() {
    return storage.equals(Storage.plain(tensor));
  }

  StoredTensor in(MemorySpace space) {
    return new StoredTensor(tensor, new Storage(space, storage.layout()));
  }

  /** What it takes in memory: the elements, and parameters that are computed while running. */
  long bytes(int batch) {
    return elementBytes(batch)
        + switch (tensor.arithmetic()) {
          case CODES, REALS -> 0;
          case DYNAMIC_CODES -> (long) batch * PARAMS_BYTES;
        };
  }

  long elementBytes(int batch) {
    return storage.layout().room(tensor.shape(), batch) * ElementType.of(tensor).bytes();
  }

  /** Type, shape of one image and storage, for plans. */
  @Override
  public String toString() {
    String what = ElementType.of(tensor) + " " + tensor.shape();
    return isPlain() && tensor.arithmetic() == Arithmetic.REALS ? what : what + " " + storage;
  }
}
