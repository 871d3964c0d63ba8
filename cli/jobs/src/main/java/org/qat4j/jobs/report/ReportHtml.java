package org.qat4j.jobs.report;

import freemarker.core.HTMLOutputFormat;
import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** A report as one page that needs no network: style, data and the chart library are inside. */
public final class ReportHtml {
  private static final String CHART_JS =
      "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";

  private ReportHtml() {}

  /** The page. */
  public static String render(Report report) {
    return page("report", ReportJson.map(report), ReportJson.embedded(report));
  }

  /** The page. */
  public static String render(SensitivityReport report) {
    return page("sensitivity", ReportJson.map(report), ReportJson.embedded(report));
  }

  /**
   * @param name of template and script
   */
  private static String page(String name, Map<String, Object> report, String json) {
    Map<String, Object> model =
        Map.of(
            "report", report,
            "json", json,
            "style", resource("/report/report.css"),
            "script", resource("/report/" + name + ".js"),
            // Its last line points to a source map that is not there.
            "chartJs", resource(CHART_JS).replaceAll("(?m)^//# sourceMappingURL=.*$", ""));
    StringWriter page = new StringWriter();
    try {
      configuration().getTemplate(name + ".ftlh").process(model, page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (TemplateException e) {
      throw new IllegalStateException("the report's template does not fit its data", e);
    }
    return page.toString();
  }

  private static Configuration configuration() {
    Configuration configuration = new Configuration(Configuration.VERSION_2_3_34);
    configuration.setClassForTemplateLoading(ReportHtml.class, "/report");
    configuration.setDefaultEncoding("UTF-8");
    configuration.setOutputFormat(HTMLOutputFormat.INSTANCE);
    configuration.setLocale(Locale.ENGLISH);
    configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
    configuration.setLogTemplateExceptions(false);
    return configuration;
  }

  private static String resource(String path) {
    try (InputStream in = ReportHtml.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("the class path holds no " + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
