package org.samfast.cli.eval;

import java.util.List;

/** A {@code segmentation} of a COCO file in one of its three forms. */
public sealed interface CocoShape {
    /** Lengths of column-major runs, outside first. */
    record Runs(int[] counts) implements CocoShape {}

    /** The same runs in COCO's compressed text. */
    record CompressedRuns(String counts) implements CocoShape {}

    /** Outlines whose union is the object, each x0,y0,x1,y1,... */
    record Polygons(List<double[]> outlines) implements CocoShape {}
}
