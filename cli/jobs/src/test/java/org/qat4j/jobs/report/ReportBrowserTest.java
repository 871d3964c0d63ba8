package org.qat4j.jobs.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qat4j.testing.ChildProcess;

/** Opens the report in Chromium, from the file system and without a network. */
class ReportBrowserTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir private Path folder;
  private Path browser;

  @BeforeEach
  void findBrowser() {
    Optional<Path> found =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .map(entry -> Path.of(entry, "chromium"))
            .filter(Files::isExecutable)
            .findFirst();
    boolean required = "required".equals(System.getenv("QAT4J_BROWSER"));
    assertTrue(
        found.isPresent() || !required,
        "QAT4J_BROWSER=required, but there is no chromium on the PATH");
    assumeTrue(found.isPresent(), "no chromium on the PATH");
    browser = found.orElseThrow();
  }

  private record Page(String dom, List<String> console) {}

  private Page open(String html) throws IOException, InterruptedException {
    Path page = Files.writeString(folder.resolve("report.html"), html);
    Path dom = folder.resolve("dom.txt");
    Path log = folder.resolve("log.txt");
    List<String> command = new ArrayList<>(List.of(browser.toString()));
    command.addAll(
        List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--user-data-dir=" + folder.resolve("profile"),
            "--enable-logging=stderr",
            "--virtual-time-budget=5000",
            "--dump-dom",
            page.toUri().toString()));
    Process process =
        ChildProcess.start(
            new ProcessBuilder(command).redirectOutput(dom.toFile()).redirectError(log.toFile()),
            PATIENCE);
    assertEquals(0, process.waitFor(), "the browser did not end well and in time");
    List<String> console =
        Files.readAllLines(log).stream().filter(line -> line.contains("CONSOLE")).toList();
    return new Page(Files.readString(dom), console);
  }

  @Test
  void report_opened_drawsEveryChartAndLogsNothing() throws IOException, InterruptedException {
    Page page = open(ReportHtml.render(SampleReport.named("sample")));

    assertEquals(List.of(), page.console());
    assertTrue(
        page.dom().contains("data-charts=\"5\""), "two curves and three histograms are drawn");
    // Chart.js gives each canvas that it draws on a size of its own.
    assertEquals(5, page.dom().split("<canvas[^>]*style=\"[^\"]*width", -1).length - 1);
  }

  @Test
  void brokenPage_opened_isNoticed() throws IOException, InterruptedException {
    String broken =
        ReportHtml.render(SampleReport.named("sample")).replace("new Chart(", "new Missing(");

    Page page = open(broken);

    assertFalse(page.console().isEmpty(), "an error on the page does not show");
    assertFalse(page.dom().contains("data-charts"), "charts without a chart library");
  }
}
