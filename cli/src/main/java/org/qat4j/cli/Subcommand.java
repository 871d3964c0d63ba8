package org.qat4j.cli;

/**
 * A command that another module adds to the command line: annotated with picocli's {@code @Command}
 * and found by {@link java.util.ServiceLoader}. It is made at every start, so that it loads nothing
 * before it runs.
 */
public interface Subcommand {}
