/**
 * Failures that are reported to the user as one message, without a stack trace.
 *
 * <p>Knows nothing of where they arise or how they are shown.
 */
package org.qat4j.cli.error;
