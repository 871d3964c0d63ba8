package org.qat4j.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qat4j.observer.RangeEstimator.KlDivergence;
import org.qat4j.observer.RangeEstimator.L2Norm;
import org.qat4j.observer.RangeEstimator.MeanSquaredError;
import org.qat4j.observer.RangeEstimator.MeanStd;
import org.qat4j.observer.RangeEstimator.MinMax;
import org.qat4j.observer.RangeEstimator.Percentile;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** The ranges that numpy and PyTorch choose for the same data (src/test/python/ranges.py). */
class RangeGoldenTest {
  private static final int COUNT = 20_000;
  private static final List<String> DATA =
      List.of("bell", "relu", "heavy", "outlier", "negative", "positive");

  private record Row(String data, String method, IntRange codes, RealRange range, double error) {
    static Row parse(String line) {
      String[] cells = line.split(",", -1);
      return new Row(
          cells[0],
          cells[1],
          new IntRange(Integer.parseInt(cells[2]), Integer.parseInt(cells[3])),
          new RealRange(Float.parseFloat(cells[4]), Float.parseFloat(cells[5])),
          Double.parseDouble(cells[6]));
    }

    RangeEstimator estimator() {
      return switch (method) {
        case "minmax" -> new MinMax();
        case "percentile 99" -> new Percentile(99);
        case "percentile 99.9" -> new Percentile(99.9);
        case "meanstd 3" -> new MeanStd(3);
        case "kl" -> new KlDivergence();
        case "mse" -> new MeanSquaredError();
        case "l2" -> new L2Norm();
        default -> throw new IllegalStateException("unknown method " + method);
      };
    }

    @Override
    public String toString() {
      return data + " " + method + " " + codes;
    }
  }

  /** The generator of ranges.py, digit by digit. */
  private static final class Uniform {
    private long state;

    Uniform(long seed) {
      this.state = seed;
    }

    double next() {
      state = state * 6364136223846793005L + 1442695040888963407L;
      return (state >>> 40) / 0x1p24;
    }

    double bell() {
      double total = 0;
      for (int i = 0; i < 12; i++) {
        total += next();
      }
      return total - 6;
    }
  }

  private static double value(String data, Uniform u) {
    return switch (data) {
      case "bell" -> u.bell() * 0.7 + 0.2;
      case "relu" -> Math.max(0, u.bell());
      case "heavy" -> {
        double x = u.next() * 2 - 1;
        yield x / (1 - Math.abs(x) + 0.001);
      }
      case "outlier" -> u.next() < 0.0005 ? 60 : u.bell();
      case "negative" -> -u.next() * u.next() - 0.01;
      case "positive" -> 3 + u.next() * u.next();
      default -> throw new IllegalStateException("unknown data " + data);
    };
  }

  private static float[] values(String data) {
    Uniform uniform = new Uniform(DATA.indexOf(data) + 1);
    float[] values = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      values[i] = (float) value(data, uniform);
    }
    return values;
  }

  static Stream<Row> rows() throws IOException {
    try (InputStream file = RangeGoldenTest.class.getResourceAsStream("/observer/ranges.csv")) {
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().filter(line -> !line.startsWith("#")).map(Row::parse);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void estimate_ofTheSameData_agreesWithPython(Row row) {
    float[] values = values(row.data);
    Histogram histogram = Histogram.empty().add(values);
    RealRange range = row.estimator().estimate(histogram, row.codes);
    if (row.method.equals("mse")) {
      assertErrorNearTheLeast(row, range, values);
    } else {
      double tolerance = tolerance(row, histogram);
      assertEquals(row.range.min(), range.min(), tolerance, () -> range.toString());
      assertEquals(row.range.max(), range.max(), tolerance, () -> range.toString());
    }
  }

  /**
   * The searches run on the same bins and must end at the same ones; percentiles and deviations are
   * of the values themselves in Python, of their bins here, and each bound may be one bin off. A
   * deviation of three sigmas is three times as far off.
   */
  private static double tolerance(Row row, Histogram histogram) {
    return switch (row.method) {
      case "minmax", "kl", "l2" -> 1e-6 * Math.abs(row.range.max() - row.range.min());
      case "meanstd 3" -> 2 * histogram.width();
      default -> histogram.width();
    };
  }

  /**
   * The least error is flat, so ranges may differ; what the chosen one costs on the values
   * themselves may not. 6 %: factors here are 2 % apart, in Python 1/2000 of the range, and bins
   * have a width.
   */
  private static void assertErrorNearTheLeast(Row row, RealRange range, float[] values) {
    QuantParams params = QuantParams.affine(range.min(), range.max(), row.codes);
    double sum = 0;
    for (float value : values) {
      double error = (double) value - params.fakeQuantize(value);
      sum += error * error;
    }
    double actual = sum / values.length;
    assertTrue(
        actual <= 1.06 * row.error, () -> range + " costs " + actual + ", least " + row.error);
  }
}
