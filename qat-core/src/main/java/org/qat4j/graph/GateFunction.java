package org.qat4j.graph;

/** A function inside a recurrent operation, in float32 as docs/numerics.md defines it. */
public enum GateFunction {
  SIGMOID {
    @Override
    public float apply(float x) {
      return Elementary.sigmoid(x);
    }
  },
  TANH {
    @Override
    public float apply(float x) {
      return Elementary.tanh(x);
    }
  },
  RELU {
    @Override
    public float apply(float x) {
      return Math.max(0, x);
    }
  },
  IDENTITY {
    @Override
    public float apply(float x) {
      return x;
    }
  };

  public abstract float apply(float x);
}
