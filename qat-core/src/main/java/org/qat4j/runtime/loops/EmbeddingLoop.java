package org.qat4j.runtime.loops;

import org.qat4j.graph.Embedding;
import org.qat4j.graph.Op;
import org.qat4j.graph.Table;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.Step;

/** Copies the vector of each word, or makes it of its codes. */
final class EmbeddingLoop implements Step {
  private final Embedding embedding;
  private final Buffer words;
  private final Buffer output;
  private final float[] vector;

  private EmbeddingLoop(Embedding embedding, Buffer words, Buffer output) {
    this.embedding = embedding;
    this.words = words;
    this.output = output;
    this.vector = new float[embedding.table().features()];
  }

  static Loop<Op> prepared(Embedding embedding) {
    return (op, inputs, output) -> new EmbeddingLoop(embedding, inputs[0], output);
  }

  @Override
  public void run() {
    Table table = embedding.table();
    for (int i = 0; i < words.elements(); i++) {
      int word = embedding.word(words.real(i));
      for (int f = 0; f < vector.length; f++) {
        vector[f] = table.at(word, f);
      }
      output.reals().put(i * vector.length, vector);
    }
  }
}
