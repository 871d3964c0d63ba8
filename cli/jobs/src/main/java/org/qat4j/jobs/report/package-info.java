/**
 * The result of a job as a value, as JSON, as a page for the browser and as lines for the terminal.
 *
 * <p>Shows numbers; does not measure any.
 */
package org.qat4j.jobs.report;
