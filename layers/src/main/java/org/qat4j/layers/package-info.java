/**
 * Deeplearning4j layers that simulate and follow integer arithmetic.
 *
 * <p>A prepared network is made of these: in training they compute in floating point with
 * fake-quantized weights and activations and straight-through gradients; in inference they follow
 * the integer contract of docs/numerics.md, code for code, through the same runtime that deploys.
 * Owns the layers, their parameters and the training schedule. Does not know how a network is
 * prepared or converted. Sources: Jacob et al. 2018, arXiv:1712.05877; Krishnamoorthi 2018,
 * arXiv:1806.08342, sec. 3.2.2 (batch-norm folding).
 */
package org.qat4j.layers;
