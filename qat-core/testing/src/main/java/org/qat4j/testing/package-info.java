/**
 * What the tests of several modules share: processes that they start, commands that they run, files
 * that they read.
 *
 * <p>Knows nothing of what is tested.
 */
package org.qat4j.testing;
