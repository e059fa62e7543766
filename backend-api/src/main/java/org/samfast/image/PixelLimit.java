package org.samfast.image;

/** How large an image may be, to be asked as soon as its header is known and before anything is decoded. */
record PixelLimit(long pixels) {
    /** Bytes per pixel while decoding: the decoder's own samples, the RGB bytes and their upright copy. */
    private static final int DECODING = 10;

    Size accept(long width, long height) throws BadImage {
        if (width < 1 || height < 1 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
            throw new BadImage("the header says " + width + "x" + height + " pixels, which is no image");
        }
        long area = width * height;
        if (area > pixels) {
            throw new BadImage(width + "x" + height + " pixels are more than the limit of " + pixels
                    + "; if the file is to be trusted, raise it with --max-pixels " + area);
        }
        if (area > Integer.MAX_VALUE / 4) {
            throw new BadImage(
                    width + "x" + height + " pixels are more than can be held; make the image smaller first");
        }
        checkMemory(width, height);
        return new Size((int) width, (int) height);
    }

    private static void checkMemory(long width, long height) throws BadImage {
        Runtime runtime = Runtime.getRuntime();
        long free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
        long needed = width * height * DECODING;
        if (needed > free) {
            throw new BadImage(
                    width + "x" + height + " pixels need about " + (needed >> 20) + " MB of memory, free are "
                            + (free >> 20) + " MB; make the image smaller first or give Java more with -Xmx");
        }
    }
}
