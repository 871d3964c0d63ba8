package org.qat4j.jobs.training;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The two trainings of a job, in order. */
public enum Phase {
  @JsonProperty("float")
  FLOAT("float"),
  @JsonProperty("qat")
  QAT("QAT");

  private final String title;

  Phase(String title) {
    this.title = title;
  }

  /** Name for people. */
  public String title() {
    return title;
  }
}
