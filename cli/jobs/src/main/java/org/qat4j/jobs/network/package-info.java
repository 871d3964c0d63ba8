/**
 * One face for both kinds of Deeplearning4j network, and the networks that a configuration can
 * name.
 *
 * <p>Knows nothing of data, training loops or what is measured.
 */
package org.qat4j.jobs.network;
