package org.samfast.cli.eval;

import java.util.Locale;

/** COCO's classes of objects by area in pixels. Source: pycocotools cocoeval.py Params.areaRng. */
enum ObjectSize {
    SMALL(32 * 32),
    MEDIUM(96 * 96),
    LARGE(Long.MAX_VALUE);

    private final long upTo;

    ObjectSize(long upTo) {
        this.upTo = upTo;
    }

    /** On the border COCO counts an object twice; here it is the smaller class. */
    static ObjectSize of(long area) {
        return area <= SMALL.upTo ? SMALL : area <= MEDIUM.upTo ? MEDIUM : LARGE;
    }

    /** For people and JSON. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
