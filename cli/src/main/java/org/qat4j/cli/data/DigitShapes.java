package org.qat4j.cli.data;

import static org.qat4j.cli.data.Stroke.line;
import static org.qat4j.cli.data.Stroke.path;

import java.util.List;

/** How people write the ten digits: several styles of each, as strokes. */
final class DigitShapes {
  /** {@code STYLES.get(digit).get(style)} is a list of strokes. */
  static final List<List<List<Stroke>>> STYLES =
      List.of(zero(), one(), two(), three(), four(), five(), six(), seven(), eight(), nine());

  private DigitShapes() {}

  private static List<List<Stroke>> zero() {
    return List.of(
        List.of(path().arc(.5, .5, .36, .48, -90, 270).build()),
        List.of(path().arc(.5, .5, .26, .48, -70, 295).build()),
        List.of(path().arc(.5, .5, .42, .44, -110, 262).build()));
  }

  private static List<List<Stroke>> one() {
    return List.of(
        List.of(line(.5, .02, .5, .98)),
        List.of(line(.28, .24, .54, .02, .54, .98)),
        List.of(line(.3, .22, .52, .02, .52, .98), line(.28, .98, .76, .98)));
  }

  private static List<List<Stroke>> two() {
    return List.of(
        List.of(
            path()
                .to(.16, .24)
                .curve(.22, -.1, .86, -.06, .82, .3)
                .curve(.8, .52, .4, .7, .14, .97)
                .to(.88, .97)
                .build()),
        List.of(
            path()
                .to(.18, .2)
                .curve(.34, -.08, .84, -.02, .78, .34)
                .curve(.72, .6, .36, .98, .2, .9)
                .curve(.1, .78, .34, .74, .46, .86)
                .curve(.58, .98, .76, 1.0, .9, .88)
                .build()),
        List.of(
            path()
                .to(.14, .05)
                .to(.6, .03)
                .curve(.94, .06, .86, .4, .6, .58)
                .to(.14, .95, .88, .93)
                .build()));
  }

  private static List<List<Stroke>> three() {
    return List.of(
        List.of(
            path()
                .to(.18, .16)
                .curve(.3, -.06, .84, -.04, .8, .26)
                .curve(.78, .44, .58, .48, .42, .48)
                .curve(.66, .48, .88, .56, .86, .74)
                .curve(.84, 1.04, .28, 1.06, .12, .84)
                .build()),
        List.of(
            path()
                .to(.16, .04)
                .to(.8, .04, .42, .42)
                .curve(.72, .38, .92, .56, .86, .76)
                .curve(.76, 1.06, .26, 1.02, .12, .86)
                .build()),
        List.of(
            path().arc(.44, .25, .36, .23, -150, 90).arc(.44, .73, .42, .25, -90, 150).build()));
  }

  private static List<List<Stroke>> four() {
    return List.of(
        List.of(line(.66, .98, .66, .02, .1, .68, .92, .68)),
        List.of(line(.26, .04, .14, .56, .86, .56), line(.72, .06, .68, .98)),
        List.of(
            path()
                .to(.2, .06)
                .curve(.14, .3, .12, .5, .28, .54)
                .curve(.46, .58, .7, .54, .8, .46)
                .build(),
            line(.8, .04, .74, .98)));
  }

  private static List<List<Stroke>> five() {
    return List.of(
        List.of(
            path()
                .to(.82, .03)
                .to(.26, .03, .2, .44)
                .curve(.44, .3, .88, .36, .86, .68)
                .curve(.84, 1.04, .3, 1.06, .12, .84)
                .build()),
        List.of(
            path()
                .to(.28, .06)
                .to(.24, .42)
                .curve(.6, .34, .84, .5, .8, .72)
                .curve(.74, 1.02, .32, 1.02, .16, .9)
                .build(),
            line(.28, .06, .84, .02)),
        List.of(
            path()
                .to(.86, .06)
                .curve(.5, -.02, .3, .1, .24, .3)
                .curve(.24, .54, .8, .42, .78, .74)
                .curve(.72, 1.0, .34, 1.04, .14, .92)
                .build()));
  }

  private static List<List<Stroke>> six() {
    return List.of(
        List.of(
            path()
                .to(.74, .02)
                .curve(.36, .1, .14, .4, .16, .7)
                .arc(.5, .72, .34, .26, 180, 540)
                .build()),
        List.of(
            path()
                .to(.52, .01)
                .curve(.28, .24, .14, .5, .18, .72)
                .arc(.46, .74, .28, .23, 180, 545)
                .build()),
        List.of(
            path()
                .to(.84, .1)
                .curve(.6, -.06, .2, .1, .14, .6)
                .curve(.12, 1.06, .84, 1.1, .84, .72)
                .curve(.82, .42, .36, .4, .18, .66)
                .build()));
  }

  private static List<List<Stroke>> seven() {
    return List.of(
        List.of(line(.12, .05, .86, .05, .42, .98)),
        List.of(
            path().to(.12, .12).to(.14, .04, .86, .06).curve(.62, .36, .46, .66, .44, .98).build()),
        List.of(line(.14, .05, .84, .05, .4, .98), line(.32, .52, .8, .5)));
  }

  private static List<List<Stroke>> eight() {
    return List.of(
        List.of(path().arc(.5, .25, .29, .23, 90, 450).arc(.5, .73, .36, .25, -90, 270).build()),
        List.of(
            path()
                .to(.78, .14)
                .curve(.56, -.1, .16, .02, .26, .28)
                .curve(.36, .48, .84, .54, .8, .78)
                .curve(.72, 1.06, .16, 1.02, .2, .76)
                .curve(.26, .52, .8, .44, .78, .14)
                .build()),
        List.of(
            path().arc(.52, .26, .24, .24, 60, 430).build(),
            path().arc(.48, .74, .32, .24, -100, 262).build()));
  }

  private static List<List<Stroke>> nine() {
    return List.of(
        List.of(path().arc(.46, .28, .32, .26, 0, 360).curve(.8, .56, .72, .8, .6, .98).build()),
        List.of(path().arc(.48, .28, .3, .26, -20, -360).to(.8, .1, .74, .98).build()),
        List.of(
            path()
                .arc(.5, .29, .34, .27, 10, 350)
                .to(.84, .3)
                .curve(.88, .8, .66, 1.04, .22, .94)
                .build()));
  }
}
