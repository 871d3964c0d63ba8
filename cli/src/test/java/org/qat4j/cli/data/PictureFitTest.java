package org.qat4j.cli.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.qat4j.cli.data.PictureFit.Resize;
import org.qat4j.cli.error.UserException;

class PictureFitTest {
  private static final Picture GREY = new Picture(1, 1, 2, new byte[] {10, (byte) 200});
  private static final Picture COLOUR =
      new Picture(3, 1, 2, new byte[] {(byte) 255, 0, 0, (byte) 255, 0, 0});

  private static PictureFit strict(int channels, int height, int width) {
    return new PictureFit(channels, height, width, Resize.NONE, false, false, PictureFit.Order.RGB);
  }

  private static String failure(PictureFit fit, Picture picture) {
    return assertThrows(UserException.class, () -> fit.fit("x.png", picture)).getMessage();
  }

  @Test
  void fit_pictureThatFits_isLeftAlone() {
    assertSame(
        GREY,
        new PictureFit(1, 1, 2, Resize.STRETCH, true, false, PictureFit.Order.RGB)
            .fit("x.png", GREY));
  }

  @Test
  void fit_colourForGrey_isRefusedOrBrightness() {
    assertEquals(
        "x.png: is an image of 3x1x2 (channels, height, width), but the model takes 1x1x2;"
            + " --grey turns colour into brightness",
        failure(strict(1, 1, 2), COLOUR));

    Picture grey =
        new PictureFit(1, 1, 2, Resize.NONE, true, false, PictureFit.Order.RGB)
            .fit("x.png", COLOUR);

    assertEquals(List.of(76, 150), List.of(grey.pixel(0, 0, 0), grey.pixel(0, 0, 1)));
  }

  @Test
  void fit_greyForColour_isRefusedOrThreeTimesTheSame() {
    assertEquals(
        "x.png: is an image of 1x1x2 (channels, height, width), but the model takes 3x1x2;"
            + " --colour takes grey as red, green and blue of equal strength",
        failure(strict(3, 1, 2), GREY));

    Picture colour =
        new PictureFit(3, 1, 2, Resize.NONE, false, true, PictureFit.Order.RGB).fit("x.png", GREY);

    for (int channel = 0; channel < 3; channel++) {
      assertEquals(10, colour.pixel(channel, 0, 0));
      assertEquals(200, colour.pixel(channel, 0, 1));
    }
  }

  @Test
  void fit_otherSizeAndChannels_namesBothOptions() {
    assertEquals(
        "x.png: is an image of 3x1x2 (channels, height, width), but the model takes 1x28x28;"
            + " --grey turns colour into brightness; --resize stretch or --resize crop scales it",
        failure(strict(1, 28, 28), COLOUR));
  }

  @Test
  void fit_fourChannels_cannotBeMade() {
    assertEquals(
        "x.png: is an image of 3x1x2 (channels, height, width), but the model takes 4x1x2;"
            + " there is no conversion between these numbers of channels",
        failure(new PictureFit(4, 1, 2, Resize.CROP, true, true, PictureFit.Order.RGB), COLOUR));
  }

  /** One code: the other program rounds after each of the two axes. */
  @ParameterizedTest
  @EnumSource(
      value = Resize.class,
      names = {"STRETCH", "CROP"})
  void fit_resized_isWhatAnotherProgramGives(Resize resize) throws IOException {
    Picture source = GoldenPictures.expected("grey.png").get(0);
    List<Picture> resized =
        GoldenPictures.expected(resize.name().toLowerCase(java.util.Locale.ROOT));

    assertEquals(3, resized.size());
    for (Picture expected : resized) {
      PictureFit fit =
          new PictureFit(
              1, expected.height(), expected.width(), resize, false, false, PictureFit.Order.RGB);
      assertEquals(0, GoldenPictures.difference(expected, fit.fit("x", source)), 1);
    }
  }

  @Test
  void fit_colourResized_keepsItsChannelsApart() {
    Picture large =
        new PictureFit(3, 2, 4, Resize.STRETCH, false, false, PictureFit.Order.RGB)
            .fit("x.png", COLOUR);

    assertEquals(255, large.pixel(0, 1, 0));
    assertEquals(0, large.pixel(1, 1, 0));
    assertEquals(255, large.pixel(1, 0, 3));
    assertEquals(0, large.pixel(2, 1, 3));
  }
}
