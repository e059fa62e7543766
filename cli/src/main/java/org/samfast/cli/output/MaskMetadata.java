package org.samfast.cli.output;

import java.util.ArrayList;
import java.util.List;
import org.samfast.everything.AutomaticMask;
import org.samfast.everything.AutomaticMasks;
import org.samfast.image.CropBox;
import org.samfast.mask.MaskEdges;

/**
 * The records of everything mode in the numbers of the original: metadata.csv as scripts/amg.py writes it, byte for byte, and
 * the boxes of its JSON. Source: segment-anything scripts/amg.py @dca509f.
 */
final class MaskMetadata {
    private static final String HEADER = "id,area,bbox_x0,bbox_y0,bbox_w,bbox_h,point_input_x,point_input_y,"
            + "predicted_iou,stability_score,crop_box_x0,crop_box_y0,crop_box_w,crop_box_h";

    private final AutomaticMasks found;

    MaskMetadata(AutomaticMasks found) {
        this.found = found;
    }

    /** The whole file: no line end after the last line. */
    String csv() {
        List<String> lines = new ArrayList<>(List.of(HEADER));
        for (int id = 0; id < found.masks().size(); id++) {
            lines.add(id + "," + String.join(",", cells(found.masks().get(id))));
        }
        return String.join("\n", lines);
    }

    private List<String> cells(AutomaticMask mask) {
        List<String> cells = new ArrayList<>();
        cells.add(String.valueOf(mask.area()));
        cells.addAll(box(mask));
        cells.addAll(point(mask));
        cells.add(PythonFloat.text(mask.predictedIou()));
        cells.add(PythonFloat.text(mask.stabilityScore()));
        cells.addAll(crop(mask));
        return cells;
    }

    /** x, y, width and height, the latter two one less than COCO's. */
    List<String> box(AutomaticMask mask) {
        MaskEdges box = mask.box();
        return numbers(found.floatBoxes(), box.left(), box.top(), box.right() - box.left(), box.bottom() - box.top());
    }

    /** x and y. */
    List<String> point(AutomaticMask mask) {
        return List.of(
                PythonFloat.text(mask.point().x()),
                PythonFloat.text(mask.point().y()));
    }

    /** x, y, width and height. */
    List<String> crop(AutomaticMask mask) {
        CropBox crop = mask.crop();
        return numbers(found.floatCropBoxes(), crop.x0(), crop.y0(), crop.x1() - crop.x0(), crop.y1() - crop.y0());
    }

    private static List<String> numbers(boolean asFloat, int... values) {
        List<String> numbers = new ArrayList<>();
        for (int value : values) {
            numbers.add(PythonFloat.whole(value, asFloat));
        }
        return numbers;
    }
}
