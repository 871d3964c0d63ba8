/**
 * What stands beside every number that is shown: the machine, the versions and the conditions of a
 * measurement, and tables of text.
 *
 * <p>Shows numbers; does not judge them.
 */
package org.qat4j.cli.report;
