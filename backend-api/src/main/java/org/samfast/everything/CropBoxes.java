package org.samfast.everything;

import java.util.ArrayList;
import java.util.List;
import org.samfast.image.CropBox;
import org.samfast.image.Size;

/**
 * The crops of an image that everything mode looks at one by one: the image itself, then layers of 2x2, 4x4, ...
 * overlapping crops. Source: segment-anything utils/amg.py, generate_crop_boxes @dca509f.
 */
final class CropBoxes {
    private CropBoxes() {}

    /**
     * A crop and its layer.
     *
     * @param layer 0 for the whole image
     */
    record LayeredCrop(CropBox box, int layer) {}

    /**
     * The crops, layer by layer, columns before rows. A crop that the rounding leaves without pixels (images of a few pixels,
     * where the original fails) is left out.
     *
     * @param overlapRatio share of the image's shorter side by which the crops of the first layer overlap; half of it in the
     *     next, and so on
     */
    static List<LayeredCrop> of(Size image, int layers, double overlapRatio) {
        List<LayeredCrop> crops = new ArrayList<>();
        crops.add(new LayeredCrop(CropBox.whole(image), 0));
        for (int layer = 1; layer <= layers; layer++) {
            addLayer(crops, image, layer, overlapRatio);
        }
        return crops;
    }

    private static void addLayer(List<LayeredCrop> crops, Size image, int layer, double overlapRatio) {
        int perSide = 1 << layer;
        int overlap = (int) (overlapRatio * Math.min(image.width(), image.height()) * (2.0 / perSide));
        int width = side(image.width(), perSide, overlap);
        int height = side(image.height(), perSide, overlap);
        for (int column = 0; column < perSide; column++) {
            for (int row = 0; row < perSide; row++) {
                int x = (width - overlap) * column;
                int y = (height - overlap) * row;
                if (x < image.width() && y < image.height()) {
                    int right = Math.min(x + width, image.width());
                    int bottom = Math.min(y + height, image.height());
                    crops.add(new LayeredCrop(new CropBox(x, y, right, bottom), layer));
                }
            }
        }
    }

    private static int side(int whole, int perSide, int overlap) {
        return (int) Math.ceil((double) (overlap * (perSide - 1) + whole) / perSide);
    }
}
