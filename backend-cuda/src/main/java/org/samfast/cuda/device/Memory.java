package org.samfast.cuda.device;

/** Bytes that a {@link Device} handed out. */
public sealed interface Memory extends AutoCloseable permits DeviceBuffer, PinnedBuffer {
    long bytes();

    @Override
    void close();
}
