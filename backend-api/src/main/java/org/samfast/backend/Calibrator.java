package org.samfast.backend;

import java.util.Map;
import org.samfast.convert.LinearInputs;
import org.samfast.image.RgbImage;

/** Looks at what the image encoder's Linears get as inputs, for {@code sam convert --calibrate}. Not safe for many threads. */
public interface Calibrator extends AutoCloseable {
    /**
     * Encodes one image and adds what was seen.
     *
     * @param image upright, of any size
     */
    void see(RgbImage image);

    /** {@return the inputs of every Linear that was asked for, by module, over all images seen; one or more} */
    Map<String, LinearInputs> inputs();

    @Override
    void close();
}
