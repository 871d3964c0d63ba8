/**
 * The folder of one run: which files it holds, when it may be written to, and the checkpoint of a
 * training that was interrupted.
 *
 * <p>Knows nothing of what training does.
 */
package org.qat4j.jobs.run;
