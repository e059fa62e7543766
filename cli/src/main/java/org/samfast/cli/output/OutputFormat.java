package org.samfast.cli.output;

import java.util.Locale;

/** What {@code sam segment} can write beside each other. */
public enum OutputFormat {
    /** One grey PNG per mask, 255 inside and 0 outside. */
    PNG,
    /** One PNG per image: the image with all masks and prompts drawn on it. */
    OVERLAY,
    /** One JSON file per image: a list of masks as COCO run lengths. */
    RLE,
    /** One JSON file per image: prompts, scores and file names. */
    JSON,
    /** One safetensors file per mask: its low-resolution logits, which {@code --mask-in} takes. */
    LOGITS;

    /** As it is written on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
