package org.qat4j.runtime.reference;

import org.qat4j.graph.Shape;

/** Visits the elements of a batch. */
@FunctionalInterface
interface Elements {
  void at(int image, int channel, int y, int x);

  static void forEach(int batch, Shape shape, Elements element) {
    for (int n = 0; n < batch; n++) {
      forImage(n, shape, element);
    }
  }

  static void forImage(int image, Shape shape, Elements element) {
    for (int c = 0; c < shape.channels(); c++) {
      for (int y = 0; y < shape.height(); y++) {
        for (int x = 0; x < shape.width(); x++) {
          element.at(image, c, y, x);
        }
      }
    }
  }
}
