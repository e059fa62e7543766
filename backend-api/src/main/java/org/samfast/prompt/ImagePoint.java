package org.samfast.prompt;

/**
 * A click in pixels of the image (x right, y down, after EXIF rotation).
 *
 * @param x pixels from the left
 * @param y pixels from the top
 * @param foreground true for a point on the object, false for one on what it is not
 */
public record ImagePoint(double x, double y, boolean foreground) {}
