/**
 * What a job does, as validated records, and how they are read from YAML.
 *
 * <p>Every default has its one home in the {@code DEFAULT} constant of its record. Knows nothing of
 * networks, data files or the command line.
 */
package org.qat4j.jobs.config;
