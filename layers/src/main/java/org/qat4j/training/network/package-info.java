/**
 * One view of Deeplearning4j's two kinds of network: its layers in execution order, and a new
 * network of other layers.
 *
 * <p>The only place that tells a {@code MultiLayerNetwork} from a {@code ComputationGraph}. Does
 * not know what any layer computes.
 */
package org.qat4j.training.network;
