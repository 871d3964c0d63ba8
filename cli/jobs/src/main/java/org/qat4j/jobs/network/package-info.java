/**
 * One face for both kinds of Deeplearning4j network, the networks that a configuration can name,
 * those of zip files and of the user's classes, and what each takes.
 *
 * <p>Knows nothing of data sets, training loops or what is measured.
 */
package org.qat4j.jobs.network;
