package org.samfast.everything;

import java.util.ArrayList;
import java.util.List;

/**
 * All masks of an image, and how the original would write their boxes: its tensors turn from int64 to float32 where an empty
 * one is joined to them, so that files say {@code 12.0} for {@code 12}.
 *
 * @param masks best first; with crops, those of small crops first
 * @param floatBoxes whether a batch of points had no mask that passed the filters by score
 * @param floatCropBoxes whether a crop had no mask at all
 */
public record AutomaticMasks(List<AutomaticMask> masks, boolean floatBoxes, boolean floatCropBoxes) {
    /** Copies {@code masks}. */
    public AutomaticMasks {
        masks = List.copyOf(masks);
    }

    AutomaticMasks and(AutomaticMasks others) {
        List<AutomaticMask> all = new ArrayList<>(masks);
        all.addAll(others.masks);
        return new AutomaticMasks(all, floatBoxes || others.floatBoxes, floatCropBoxes || others.floatCropBoxes);
    }

    AutomaticMasks with(List<AutomaticMask> others) {
        return new AutomaticMasks(others, floatBoxes, floatCropBoxes);
    }
}
