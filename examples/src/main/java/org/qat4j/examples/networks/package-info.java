/**
 * Networks for small images, as ordinary Deeplearning4j networks with fresh weights. Each is
 * defined here and nowhere else: the command line trains them, the benchmarks measure them.
 *
 * <p>Know nothing of quantization.
 */
package org.qat4j.examples.networks;
