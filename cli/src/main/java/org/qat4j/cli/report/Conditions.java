package org.qat4j.cli.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.qat4j.cli.speed.ChildJvm;
import org.qat4j.cli.speed.Int8Peak;
import org.qat4j.cli.speed.Ratio;
import org.qat4j.cli.speed.Turns;

/**
 * What measured speeds and their ratios depend on. Shown beside every ratio.
 *
 * @param peers name and version of the peers, with their options
 * @param flags of the measured JVMs, as given to this one
 * @param gopsPerThread int8 speed of one thread, in giga-operations a second
 * @param load average of the machine before the run; negative where the system does not say
 * @param turns how it is measured
 */
public record Conditions(
    Environment environment,
    List<String> peers,
    List<String> flags,
    double gopsPerThread,
    double load,
    Turns turns) {
  public Conditions {
    peers = List.copyOf(peers);
    flags = List.copyOf(flags);
  }

  /** Those of this process, with the machine's speed measured now. */
  public static Conditions measure(List<String> peers, Turns turns) throws IOException {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return new Conditions(
        Environment.current(),
        peers,
        ChildJvm.inheritedOptions(),
        Int8Peak.gopsPerThread(),
        load,
        turns);
  }

  /** What and its value, one pair for each line. */
  public List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "processor",
            format(
                "%s, %d processors, load average before the run %.1f",
                environment.cpu(), environment.cores(), load)));
    rows.add(
        List.of(
            "int8 peak",
            format(
                "%.0f GOPS a thread: oneDNN's u8·s8 matrix product, 2 operations a multiply-accumulate",
                gopsPerThread)));
    rows.add(
        List.of(
            "JVM",
            environment.jvm()
                + ", flags: "
                + (flags.isEmpty() ? "none" : String.join(" ", flags))));
    rows.add(List.of("versions", versions()));
    rows.add(List.of("measured", turns.inWords()));
    rows.add(List.of("ratio", Ratio.DEFINITION));
    return rows;
  }

  private String versions() {
    List<String> all =
        environment.versions().entrySet().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.toCollection(ArrayList::new));
    all.addAll(peers);
    return String.join(", ", all);
  }

  /** As lines for a terminal. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    rows().forEach(row -> text.append(format("%-10s %s%n", row.get(0) + ":", row.get(1))));
    return text.toString();
  }

  /** As a table in Markdown. */
  public String markdown() {
    StringBuilder text = new StringBuilder("| | |\n|---|---|\n");
    rows().forEach(row -> text.append("| ").append(String.join(" | ", row)).append(" |\n"));
    return text.toString();
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
