package org.samfast.cli.output;

import java.util.List;
import java.util.Locale;

/** What {@code sam segment} can write beside each other; docs/formats.md describes each. */
public enum OutputFormat {
    /** A grey PNG per mask, 255 inside and 0 outside. */
    PNG(Scope.MASK, "mask", ".png", _ -> MaskFiles.pngs()),
    /** A grey PNG per image: 255 inside any of its masks. */
    MERGED(Scope.IMAGE, "merged", ".png", _ -> MergedMask::write),
    /** A PNG per image whose pixels are numbers of masks: a palette, or 16-bit grey for more than 255. */
    INDEX(Scope.IMAGE, "index", ".png", _ -> IndexImage::write),
    /** A PNG per image: the image with all masks, their numbers and scores, and the prompts drawn on it. */
    OVERLAY(Scope.IMAGE, "overlay", ".png", _ -> Overlay::write),
    /** A PNG per mask: the object on a transparent ground. */
    CUTOUT(Scope.MASK, "cutout", ".png", CutOut::writer),
    /** One COCO file of all images, which later runs add to. */
    COCO(Scope.RUN, "coco", ".json", CocoWriter::open),
    /** A JSON file per image: a list of masks as COCO run lengths. */
    RLE(Scope.IMAGE, "rle", ".json", _ -> RleJson::write),
    /** A JSON file per image: polygons with holes. */
    POLYGONS(Scope.IMAGE, "polygons", ".json", _ -> PolygonsJson::write),
    /** A text file per image in YOLO's segmentation format, and classes.txt. */
    YOLO(Scope.IMAGE, "", ".txt", YoloWriter::open),
    /** A GeoJSON file per image, in pixels or, where the image has a world file, in its coordinates. */
    GEOJSON(Scope.IMAGE, "", ".geojson", _ -> GeoJson::write),
    /** An SVG file per image, a path per mask. */
    SVG(Scope.IMAGE, "", ".svg", _ -> Svg::write),
    /** A JSON file per image: prompts, scores and file names. */
    JSON(Scope.IMAGE, "", ".json", _ -> ResultJson::write),
    /** A safetensors file per mask: its low-resolution logits, which {@code --mask-in} takes. */
    LOGITS(Scope.MASK, "logits", ".safetensors", _ -> LogitsFile.writer());

    /** How many files there are of a format. */
    enum Scope {
        MASK,
        IMAGE,
        RUN
    }

    private final Scope scope;
    private final String word;
    private final String extension;
    private final FormatWriter.Opener opener;

    OutputFormat(Scope scope, String word, String extension, FormatWriter.Opener opener) {
        this.scope = scope;
        this.word = word;
        this.extension = extension;
        this.opener = opener;
    }

    Scope scope() {
        return scope;
    }

    /** How names of its files end: {@code mask2.png}, {@code txt}. */
    String ending(String number) {
        return (word + number + extension).replaceFirst("^\\.", "");
    }

    /** Names of the files that are of all images of a run. */
    List<String> shared() {
        if (scope == Scope.RUN) {
            return List.of(ending(""));
        }
        return this == YOLO ? List.of(YoloWriter.CLASSES) : List.of();
    }

    /** Opens a writer of this format. */
    FormatWriter open(OutputSettings settings) throws OutputException {
        return opener.open(settings);
    }

    /** As it is written on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
