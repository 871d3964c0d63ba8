/**
 * The {@code qat4j} command line: what can be typed, what is printed, and the exit status (0
 * success, 1 failure, 2 usage, 130 interrupted).
 *
 * <p>Results go to standard output, progress and errors to standard error.
 */
package org.qat4j.cli;
