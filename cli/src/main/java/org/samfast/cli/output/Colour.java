package org.samfast.cli.output;

import java.util.List;

/** An opaque sRGB colour, components 0 to 255. */
record Colour(int red, int green, int blue) {
    static final Colour WHITE = new Colour(255, 255, 255);
    static final Colour BLACK = new Colour(0, 0, 0);
    /** Marks a point on the object. */
    static final Colour FOREGROUND = new Colour(0, 158, 80);
    /** Marks a point on what the object is not. */
    static final Colour BACKGROUND = new Colour(214, 39, 40);

    // bright on photos and far apart from each other in hue, also for colour-blind readers
    private static final List<Colour> MASKS = List.of(
            new Colour(30, 144, 255),
            new Colour(255, 140, 0),
            new Colour(190, 70, 230),
            new Colour(0, 200, 150),
            new Colour(255, 80, 130),
            new Colour(240, 220, 40),
            new Colour(110, 90, 255),
            new Colour(140, 205, 50),
            new Colour(0, 205, 235),
            new Colour(215, 120, 90));

    /** The colour of the n-th mask of a picture. */
    static Colour ofMask(int index) {
        return MASKS.get(index % MASKS.size());
    }

    /** Black or white, whichever reads better on this colour: by its luma (ITU-R BT.601). */
    Colour onIt() {
        return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? BLACK : WHITE;
    }
}
