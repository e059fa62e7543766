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
        checkMemory(area, width + "x" + height + " pixels");
        return new Size((int) width, (int) height);
    }

    // against all of the heap, not what is free: most of what looks used in a long run is garbage
    private static void checkMemory(long area, String pixels) throws BadImage {
        long most = Runtime.getRuntime().maxMemory();
        long needed = area * DECODING;
        if (needed > most) {
            throw new BadImage(pixels + " need about " + (needed >> 20) + " MB of memory, Java may use " + (most >> 20)
                    + " MB; make the image smaller first or give Java more with -Xmx");
        }
    }
}
