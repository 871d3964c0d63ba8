import java.nio.file.Path;
import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/** Learns which half of an image is lit, quantizes, writes the file, and prints what it says of the first images. */
public final class Train {
  private static final int IMAGES = 64;
  private static final int SIZE = 8;

  public static void main(String[] arguments) throws Exception {
    DataSet data = images();
    MultiLayerNetwork network = network();
    for (int step = 0; step < 40; step++) {
      network.fit(data);
    }
    MultiLayerNetwork qat = Qat.prepare(network, QatConfig.int8());
    for (int step = 0; step < 10; step++) {
      qat.fit(data);
    }
    Qat.convert(qat).save(Path.of(arguments[0]));

    INDArray probabilities = qat.output(data.getFeatures());
    for (int image = 0; image < IMAGES; image++) {
      System.out.printf("%.4f %.4f%n", probabilities.getFloat(image, 0), probabilities.getFloat(image, 1));
    }
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(0.002))
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(8).activation(Activation.RELU).build())
                .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
                .layer(new DenseLayer.Builder().nOut(16).activation(Activation.RELU).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(SIZE, SIZE, 1))
                .build());
    network.init();
    return network;
  }

  /** The same pixels as in Serve, with their labels. */
  private static DataSet images() {
    Random random = new Random(1);
    INDArray images = Nd4j.create(IMAGES, 1, SIZE, SIZE);
    INDArray labels = Nd4j.create(IMAGES, 2);
    for (int image = 0; image < IMAGES; image++) {
      labels.putScalar(image, image % 2, 1);
      for (int pixel = 0; pixel < SIZE * SIZE; pixel++) {
        boolean lit = pixel % SIZE / (SIZE / 2) == image % 2;
        images.putScalar(image, 0, pixel / SIZE, pixel % SIZE, random.nextFloat() * (lit ? 1 : 0.7f));
      }
    }
    return new DataSet(images, labels);
  }

  private Train() {}
}
