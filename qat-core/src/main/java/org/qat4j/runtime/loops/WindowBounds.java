package org.qat4j.runtime.loops;

import org.qat4j.graph.Shape;
import org.qat4j.graph.Window;

/** The part of a window that lies inside an NHWC image, for one output pixel after another. */
final class WindowBounds {
  private final Window window;
  private final Shape shape;
  private int first;
  private int rows;
  private int columns;

  WindowBounds(Window window, Shape shape) {
    this.window = window;
    this.shape = shape;
  }

  void moveTo(int image, int outY, int outX) {
    int top = outY * window.strideHeight() - window.padTop();
    int left = outX * window.strideWidth() - window.padLeft();
    int firstRow = firstInside(top, window.dilationHeight());
    int firstColumn = firstInside(left, window.dilationWidth());
    rows = inside(top, window.dilationHeight(), window.kernelHeight(), shape.height()) - firstRow;
    columns =
        inside(left, window.dilationWidth(), window.kernelWidth(), shape.width()) - firstColumn;
    int y = top + firstRow * window.dilationHeight();
    int x = left + firstColumn * window.dilationWidth();
    first = ((image * shape.height() + y) * shape.width() + x) * shape.channels();
  }

  /** How many kernel positions lie before the image. */
  private static int firstInside(int start, int dilation) {
    return start >= 0 ? 0 : (-start + dilation - 1) / dilation;
  }

  /** How many kernel positions lie before the image's end. */
  private static int inside(int start, int dilation, int kernel, int size) {
    return Math.max(0, Math.min(kernel, (size - start + dilation - 1) / dilation));
  }

  /** Rows inside the image; not positive if there is none. */
  int rows() {
    return columns > 0 ? rows : 0;
  }

  int columns() {
    return columns;
  }

  /** Codes of one channel inside the image. */
  int count() {
    return Math.max(0, rows()) * columns;
  }

  /** Index of channel 0 of the leftmost pixel of a row. */
  int row(int row) {
    return first + row * window.dilationHeight() * shape.width() * shape.channels();
  }

  /** Distance between neighbouring pixels of a row. */
  int columnStep() {
    return window.dilationWidth() * shape.channels();
  }
}
