package org.qat4j.cli.data;

import java.util.List;
import java.util.Random;

/**
 * How ink lies on the paper.
 *
 * @param radius half the width of a stroke, in pixels
 * @param softness width of the edge, in pixels; 1 is plain anti-aliasing
 * @param strength brightness of full ink, in (0, 1]
 * @param noise standard deviation of the brightness, in 0..255 levels
 */
record Pen(double radius, double softness, double strength, double noise) {

  static Pen random(Random random) {
    return new Pen(
        0.8 + 1.0 * random.nextDouble(),
        1 + 0.8 * random.nextDouble(),
        0.75 + 0.25 * random.nextDouble(),
        12 * random.nextDouble());
  }

  /**
   * Brightness in [0, 1] at a point: full inside the strokes, falling to 0 across their soft edge.
   */
  double ink(List<Stroke> strokes, double x, double y) {
    double nearest = Double.POSITIVE_INFINITY;
    for (Stroke stroke : strokes) {
      for (int i = 1; i < stroke.points(); i++) {
        nearest =
            Math.min(
                nearest,
                squaredDistance(x, y, stroke.x(i - 1), stroke.y(i - 1), stroke.x(i), stroke.y(i)));
      }
    }
    double coverage = (radius - Math.sqrt(nearest)) / softness + 0.5;
    return strength * Math.max(0, Math.min(1, coverage));
  }

  private static double squaredDistance(
      double px, double py, double ax, double ay, double bx, double by) {
    double dx = bx - ax;
    double dy = by - ay;
    double length = dx * dx + dy * dy;
    double t =
        length == 0 ? 0 : Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / length));
    double ex = px - ax - t * dx;
    double ey = py - ay - t * dy;
    return ex * ex + ey * ey;
  }
}
