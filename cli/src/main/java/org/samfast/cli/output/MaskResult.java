package org.samfast.cli.output;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.MaskBox;
import org.samfast.mask.MaskPolygon;
import org.samfast.mask.PolygonTrace;
import org.samfast.mask.ScoredMask;

/** A mask with what several formats need of it, each measured once. For one thread. */
public final class MaskResult {
    private final ScoredMask scored;
    private final String category;
    private final double tolerance;
    private final long area;
    private final MaskBox box;
    private @Nullable List<MaskPolygon> polygons;

    MaskResult(ScoredMask scored, String category, double tolerance) {
        this.scored = scored;
        this.category = category;
        this.tolerance = tolerance;
        area = scored.mask().area();
        box = scored.mask().box();
    }

    public ScoredMask scored() {
        return scored;
    }

    BinaryMask mask() {
        return scored.mask();
    }

    /** Number of the object, from 1. */
    public int object() {
        return scored.prompt() + 1;
    }

    /** The object's class. */
    String category() {
        return category;
    }

    /** Pixels inside. */
    public long area() {
        return area;
    }

    public MaskBox box() {
        return box;
    }

    /** Its outlines, simplified as far as the run's tolerance allows. */
    List<MaskPolygon> polygons() {
        if (polygons == null) {
            polygons = SimplePolygons.of(mask(), PolygonTrace.of(mask()), tolerance);
        }
        return polygons;
    }
}
