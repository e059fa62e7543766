package org.samfast.cli.eval;

import java.util.List;
import org.samfast.image.Size;

/**
 * One image of a COCO file with its annotations, in the order of the file.
 *
 * @param fileName as the file has it, relative to the folder of the images
 */
public record CocoImage(long id, String fileName, Size size, List<CocoAnnotation> annotations) {}
