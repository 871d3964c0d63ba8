package org.qat4j.cli.data;

import java.util.Random;

/**
 * A random deformation of the unit box onto the image: a smooth bend, then an affine map.
 *
 * @param bendX amplitude of the horizontal wave, in box units
 * @param bendY amplitude of the vertical wave
 * @param phaseX where the horizontal wave starts, in radians
 * @param phaseY where the vertical wave starts
 * @param affine from the box to pixels
 */
record Handwriting(double bendX, double bendY, double phaseX, double phaseY, Affine affine) {
  private static final double CENTRE = Digits.SIZE / 2.0;

  static Handwriting random(Random random) {
    double height = 17.5 + 1.6 * clipped(random);
    double width = height * (0.68 + 0.1 * clipped(random));
    double angle = 0.11 * clipped(random);
    double slant = 0.12 + 0.16 * clipped(random);
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    // Slant first (x moves with height), then rotation.
    double xx = cos * width;
    double xy = (-cos * slant - sin) * height;
    double yx = sin * width;
    double yy = (-sin * slant + cos) * height;
    double tx = CENTRE + 1.1 * clipped(random);
    double ty = CENTRE + 1.1 * clipped(random);
    return new Handwriting(
        0.05 * clipped(random),
        0.045 * clipped(random),
        2 * Math.PI * random.nextDouble(),
        2 * Math.PI * random.nextDouble(),
        new Affine(xx, xy, tx, yx, yy, ty));
  }

  /** A Gaussian without its tails, so that no digit leaves the image. */
  private static double clipped(Random random) {
    return Math.max(-2, Math.min(2, random.nextGaussian()));
  }

  /** The stroke in pixels. */
  Stroke bend(Stroke stroke) {
    double[] x = new double[stroke.points()];
    double[] y = new double[stroke.points()];
    for (int i = 0; i < x.length; i++) {
      double u = stroke.x(i) - 0.5;
      double v = stroke.y(i) - 0.5;
      double bentU = u + bendX * StrictMath.sin(5 * v + phaseX);
      double bentV = v + bendY * StrictMath.sin(5 * u + phaseY);
      x[i] = affine.x(bentU, bentV);
      y[i] = affine.y(bentU, bentV);
    }
    return new Stroke(x, y);
  }

  /** {@code x = xx u + xy v + tx, y = yx u + yy v + ty}. */
  record Affine(double xx, double xy, double tx, double yx, double yy, double ty) {
    double x(double u, double v) {
      return xx * u + xy * v + tx;
    }

    double y(double u, double v) {
      return yx * u + yy * v + ty;
    }
  }
}
