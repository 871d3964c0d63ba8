package org.qat4j.kernels.nd4j;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.kernels.Cell;
import org.qat4j.kernels.Recurrence;

/**
 * Long short-term memory, step by step, with any activation functions.
 *
 * <p>With a candidate, f, o and i gates, c memory and h output of a step:
 *
 * <pre>
 * c = f * c' + i * a      h = o * activation(c)
 * </pre>
 *
 * The backward pass computes the gates again from their weighted sums.
 */
final class Nd4jLstm implements Recurrence {
  private static final int CANDIDATE = 0;
  private static final int FORGET = 1;
  private static final int OUTPUT = 2;
  private static final int INPUT = 3;

  /** Peepholes of forget, output and input gate, in this order behind the gates' columns. */
  private static final int[] PEEPHOLES = {FORGET, OUTPUT, INPUT};

  private final Cell.Lstm cell;

  /** Weighted sums {@code [time, batch, 4 * units]}, peepholes included. */
  private INDArray sums;

  /** Memory behind each step before its mask, {@code [time, batch, units]}. */
  private INDArray memories;

  /** Memory of each step as the next one sees it. */
  private INDArray keptMemories;

  private INDArray outputs;

  Nd4jLstm(Cell.Lstm cell) {
    this.cell = cell;
  }

  @Override
  public INDArray forward(Pass pass, INDArray[] last, LayerWorkspaceMgr workspace) {
    sums = Nd4jSteps.project(pass, workspace);
    memories = Nd4jSteps.like(sums, pass.units(), ArrayType.INPUT, workspace);
    keptMemories = Nd4jSteps.like(sums, pass.units(), ArrayType.INPUT, workspace);
    outputs = Nd4jSteps.like(sums, pass.units(), ArrayType.INPUT, workspace);
    INDArray weights = gateWeights(pass);
    INDArray output = pass.initial()[0];
    INDArray memory = pass.initial()[1];
    for (long t = 0; t < pass.time(); t++) {
      sums.slice(t).addi(output.mmul(weights));
      Step step = new Step(pass, t);
      peep(pass, step, FORGET, memory);
      peep(pass, step, INPUT, memory);
      memories
          .slice(t)
          .assign(step.gate(FORGET).mul(memory))
          .addi(step.gate(INPUT).muli(step.candidate()));
      peep(pass, step, OUTPUT, memories.slice(t));
      output = outputs.slice(t).assign(step.gate(OUTPUT).muli(activated(memories.slice(t))));
      memory = keptMemories.slice(t).assign(memories.slice(t));
      Nd4jSteps.mask(output, pass.mask(), t);
      Nd4jSteps.mask(memory, pass.mask(), t);
    }
    last[0].assign(output);
    last[1].assign(memory);
    return workspace.dup(ArrayType.ACTIVATIONS, outputs, 'c');
  }

  @Override
  public INDArray backward(
      Pass pass, INDArray epsilon, Weights gradients, LayerWorkspaceMgr workspace) {
    INDArray deltas = sums.ulike();
    // ND4J's slices of views with gaps may be empty.
    INDArray given = epsilon.dup('c');
    INDArray weights = gateWeights(pass).transpose();
    INDArray outputBehind = Nd4jSteps.zeros(pass.initial()[0]);
    INDArray memoryBehind = Nd4jSteps.zeros(pass.initial()[1]);
    for (long t = pass.time() - 1; t >= 0; t--) {
      Step step = new Step(pass, t);
      INDArray before = t == 0 ? pass.initial()[1] : keptMemories.slice(t - 1);
      INDArray outputGradient = given.slice(t).addi(outputBehind);
      Nd4jSteps.mask(outputGradient, pass.mask(), t);
      Nd4jSteps.mask(memoryBehind, pass.mask(), t);
      INDArray delta = deltas.slice(t);
      INDArray output =
          step.passBack(
              cell.gate(), OUTPUT, activated(memories.slice(t)).muli(outputGradient), delta);
      INDArray memoryGradient =
          cell.activation()
              .backprop(memories.slice(t).dup(), outputGradient.muli(step.gate(OUTPUT)))
              .getFirst()
              .addi(memoryBehind);
      addPeeped(pass, OUTPUT, output, memoryGradient);
      step.passBack(cell.activation(), CANDIDATE, step.gate(INPUT).muli(memoryGradient), delta);
      INDArray forget = step.passBack(cell.gate(), FORGET, memoryGradient.mul(before), delta);
      INDArray input =
          step.passBack(cell.gate(), INPUT, step.candidate().muli(memoryGradient), delta);
      memoryBehind = step.gate(FORGET).muli(memoryGradient);
      addPeeped(pass, FORGET, forget, memoryBehind);
      addPeeped(pass, INPUT, input, memoryBehind);
      outputBehind = delta.mmul(weights);
    }
    differentiatePeepholes(pass, deltas, gradients);
    return Nd4jSteps.differentiate(pass, outputs, deltas, gradients, workspace);
  }

  private static INDArray gateWeights(Pass pass) {
    return Nd4jSteps.columns(pass.weights().recurrent(), 4 * pass.units());
  }

  private INDArray activated(INDArray memory) {
    return cell.activation().getActivation(memory.dup(), true);
  }

  /** Adds to a gate's sums what it sees of the memory. */
  private void peep(Pass pass, Step step, int gate, INDArray memory) {
    if (cell.peepholes()) {
      step.sums(gate).addi(memory.mulRowVector(peephole(pass, gate)));
    }
  }

  /** Adds to the memory's gradient what a gate that sees it passes back. */
  private void addPeeped(Pass pass, int gate, INDArray delta, INDArray memoryGradient) {
    if (cell.peepholes()) {
      memoryGradient.addi(delta.mulRowVector(peephole(pass, gate)));
    }
  }

  private static INDArray peephole(Pass pass, int gate) {
    return Nd4jSteps.column(pass.weights().recurrent(), peepholeColumn(pass, gate));
  }

  private static long peepholeColumn(Pass pass, int gate) {
    return 4 * pass.units() + gate - PEEPHOLES[0];
  }

  private void differentiatePeepholes(Pass pass, INDArray deltas, Weights gradients) {
    if (!cell.peepholes()) {
      return;
    }
    INDArray before = Nd4jSteps.previous(pass.initial()[1], keptMemories);
    for (int gate : PEEPHOLES) {
      INDArray seen = Nd4jSteps.rows(gate == OUTPUT ? memories : before);
      INDArray delta = Nd4jSteps.gate(Nd4jSteps.rows(deltas), gate, pass.units());
      INDArray gradient = Nd4jSteps.column(gradients.recurrent(), peepholeColumn(pass, gate));
      gradient.assign(delta.mul(seen).sum(0).reshape(gradient.shape()));
    }
  }

  /** One step's gates, from their weighted sums. */
  private final class Step {
    private final INDArray all;
    private final long units;

    Step(Pass pass, long time) {
      all = sums.slice(time);
      units = pass.units();
    }

    INDArray sums(int gate) {
      return Nd4jSteps.gate(all, gate, units);
    }

    /** A new array. */
    INDArray gate(int gate) {
      return cell.gate().getActivation(sums(gate).dup('c'), true);
    }

    /** A new array. */
    INDArray candidate() {
      return cell.activation().getActivation(sums(CANDIDATE).dup('c'), true);
    }

    /**
     * Writes the gradient of a gate's sums.
     *
     * @param gradient of the gate, may be changed
     * @return what was written
     */
    INDArray passBack(IActivation function, int gate, INDArray gradient, INDArray deltas) {
      INDArray delta = function.backprop(sums(gate).dup('c'), gradient).getFirst();
      Nd4jSteps.gate(deltas, gate, units).assign(delta);
      return delta;
    }
  }
}
