package org.qat4j.runtime;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Percentage;
import jdk.jfr.StackTrace;

/**
 * One layer in one window whose clamped fraction is above the threshold. Its own class, loaded when
 * it is first needed: a runtime image without the module {@code jdk.jfr} can run what does not
 * watch.
 */
@Name("org.qat4j.Saturation")
@Label("Saturation")
@Category("qat4j")
@Description("A layer's values were clamped to its calibrated range more often than the threshold")
@StackTrace(false)
final class SaturationEvent extends Event {
  @Label("Model")
  String model = "";

  @Label("Layer")
  String layer = "";

  @Label("Codes")
  long codes;

  @Label("Codes at the Lower End")
  long low;

  @Label("Codes at the Upper End")
  long high;

  @Label("Fraction")
  @Percentage
  double fraction;

  /** Commits an event if a recording wants it. */
  static void record(String model, Saturation window) {
    SaturationEvent event = new SaturationEvent();
    if (event.shouldCommit()) {
      event.model = model;
      event.layer = window.layer();
      event.codes = window.codes();
      event.low = window.low();
      event.high = window.high();
      event.fraction = window.fraction();
      event.commit();
    }
  }
}
