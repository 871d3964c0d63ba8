/**
 * The commands that run a job: their options, Ctrl-C, and what is printed.
 *
 * <p>Added to the command line as services. Nothing else knows them.
 */
package org.qat4j.jobs.command;
