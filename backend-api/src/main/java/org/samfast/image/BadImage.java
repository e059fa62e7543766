package org.samfast.image;

/** Why an image cannot be used, without the name of its file, which {@link ImageReader} puts in front. */
final class BadImage extends Exception {
    BadImage(String message) {
        super(message);
    }

    BadImage(String message, Throwable cause) {
        super(message, cause);
    }

    /** The file stops before its image does. */
    static BadImage cut(String format) {
        return new BadImage("the " + format + " ends too early; the file is damaged or was not fully copied");
    }

    /** The content contradicts itself. */
    static BadImage damaged(String format, String what) {
        return new BadImage("the " + format + " is damaged: " + what);
    }
}
