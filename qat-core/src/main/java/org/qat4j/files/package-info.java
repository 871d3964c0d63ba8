/**
 * Files that exist completely or not at all.
 *
 * <p>Owns how a file gets its final name. Knows nothing of what is in it.
 */
package org.qat4j.files;
