package org.qat4j.cli.data;

import java.util.ArrayList;
import java.util.List;

/** One movement of a pen: a polyline, the origin at the top left, y downwards. Immutable. */
final class Stroke {
  private static final int CURVE_POINTS = 24;

  private final double[] x;
  private final double[] y;

  /**
   * Joins points by straight lines.
   *
   * @param x horizontal coordinates; not copied, so the caller gives them away
   * @param y vertical coordinates, likewise
   */
  Stroke(double[] x, double[] y) {
    this.x = x;
    this.y = y;
  }

  int points() {
    return x.length;
  }

  double x(int point) {
    return x[point];
  }

  double y(int point) {
    return y[point];
  }

  /** Straight lines through the points {@code x0, y0, x1, y1, ...}. */
  static Stroke line(double... points) {
    return path().to(points).build();
  }

  static Builder path() {
    return new Builder();
  }

  /** Appends lines and curves; each starts where the last one ended. */
  static final class Builder {
    private final List<double[]> points = new ArrayList<>();

    Builder to(double... coordinates) {
      for (int i = 0; i < coordinates.length; i += 2) {
        points.add(new double[] {coordinates[i], coordinates[i + 1]});
      }
      return this;
    }

    /** Part of an ellipse; degrees run clockwise on the page, 0 is to the right. */
    Builder arc(double cx, double cy, double rx, double ry, double from, double to) {
      for (int i = 0; i <= CURVE_POINTS; i++) {
        double angle = StrictMath.toRadians(from + (to - from) * i / CURVE_POINTS);
        points.add(new double[] {cx + rx * StrictMath.cos(angle), cy + ry * StrictMath.sin(angle)});
      }
      return this;
    }

    /** Cubic Bezier curve from the last point, with two control points, to the end point. */
    Builder curve(double c1x, double c1y, double c2x, double c2y, double endX, double endY) {
      double[] start = points.get(points.size() - 1);
      for (int i = 1; i <= CURVE_POINTS; i++) {
        double t = (double) i / CURVE_POINTS;
        double u = 1 - t;
        points.add(
            new double[] {
              u * u * u * start[0] + 3 * u * u * t * c1x + 3 * u * t * t * c2x + t * t * t * endX,
              u * u * u * start[1] + 3 * u * u * t * c1y + 3 * u * t * t * c2y + t * t * t * endY
            });
      }
      return this;
    }

    Stroke build() {
      double[] x = points.stream().mapToDouble(point -> point[0]).toArray();
      double[] y = points.stream().mapToDouble(point -> point[1]).toArray();
      return new Stroke(x, y);
    }
  }
}
